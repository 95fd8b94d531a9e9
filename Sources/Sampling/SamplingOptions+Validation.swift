extension SamplingOptions {
    /// Checks every option against its range.
    ///
    /// - Throws: `optionOutOfRange` or `tokenOutOfRange` for the first option that is outside.
    package func validate(vocabularyCount: Int) throws(SamplingError) {
        try check("temperature", temperature, in: 0...1_000_000)
        try check("dynatemp_range", dynamicTemperatureRange, in: 0...1_000_000)
        try check("dynatemp_exponent", dynamicTemperatureExponent, in: 0...1_000_000)
        try check("top_k", topK, in: 0...Int(Int32.max))
        try check("top_p", topP, in: 0...1)
        try check("min_p", minP, in: 0...1)
        try check("typical_p", typicalP, in: 0...1)
        if let topNSigma { try check("top_n_sigma", topNSigma, in: 0...1_000_000) }
        try check("min_keep", minKeep, in: 0...Int(Int32.max))
        try check("repeat_penalty", penalties.repetition, in: 0.000_001...1_000_000)
        try check("frequency_penalty", penalties.frequency, in: -1_000_000...1_000_000)
        try check("presence_penalty", penalties.presence, in: -1_000_000...1_000_000)
        if let window = penalties.window { try check("repeat_last_n", window, in: 0...Int(Int32.max)) }
        try check("dry_multiplier", dry.multiplier, in: 0...1_000_000)
        try check("dry_base", dry.base, in: 0...1_000_000)
        try check("dry_allowed_length", dry.allowedLength, in: 0...Int(Int32.max))
        if let window = dry.window { try check("dry_penalty_last_n", window, in: 0...Int(Int32.max)) }
        try check("xtc_probability", xtc.probability, in: 0...1)
        try check("xtc_threshold", xtc.threshold, in: 0...1)
        if let mirostat {
            try check("mirostat_tau", mirostat.targetSurprise, in: 0...1000)
            try check("mirostat_eta", mirostat.learningRate, in: 0...1000)
            try check("mirostat_m", mirostat.estimatedCount, in: 1...10_000)
        }
        if let adaptiveP {
            try check("adaptive_target", adaptiveP.target, in: 0...1)
            try check("adaptive_decay", adaptiveP.decay, in: 0...0.99)
        }
        try validateBias(vocabularyCount: vocabularyCount)
    }

    private func validateBias(vocabularyCount: Int) throws(SamplingError) {
        // In token order, so that of several faults always the same one is named.
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
            guard token >= 0, Int(token) < vocabularyCount else {
                throw .tokenOutOfRange(option: "logit_bias", vocabularyCount: vocabularyCount, found: Int(token))
            }
            if bias != -.infinity { try check("logit_bias", bias, in: -1_000_000...1_000_000) }
        }
    }

    private func check<Value: Comparable>(
        _ option: String, _ value: Value, in range: ClosedRange<Value>
    ) throws(SamplingError) {
        // NaN is not contained in any range.
        guard !range.contains(value) else { return }
        throw .optionOutOfRange(
            option: option, expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
}
