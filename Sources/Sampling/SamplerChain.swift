/// Chooses the tokens of one sequence: the stages with what they remember, and the sequence's random source.
///
/// A chain is a value of a few hundred bytes; the candidates are a workspace that the caller lends to each step.
package struct SamplerChain: Sendable {
    /// THE table: how each kind of stage comes out of the options; `nil` where the options leave it off.
    private static func stage(_ kind: StageKind, _ options: SamplingOptions) -> (any SamplerStage)? {
        let isGreedy = options.temperature <= 0 && options.dynamicTemperatureRange <= 0
        // These four never drop the likeliest token, so a greedy choice does without them.
        let truncates = !isGreedy
        let penalties = options.penalties
        switch kind {
        case .logitBias:
            return options.logitBias.isEmpty ? nil : LogitBias(biases: options.logitBias)
        case .penalties:
            let acts = penalties.repetition != 1 || penalties.frequency != 0 || penalties.presence != 0
            return acts && penalties.window != 0 ? Penalties(penalties) : nil
        case .dry:
            let acts = options.dry.multiplier != 0 && options.dry.base >= 1 && options.dry.window != 0
            return acts ? DRY(options.dry) : nil
        case .topNSigma:
            guard truncates, let deviations = options.topNSigma, deviations > 0 else { return nil }
            return TopNSigma(deviations: deviations)
        case .topK:
            return truncates && options.topK > 0 ? TopK(count: options.topK) : nil
        case .typical:
            return options.typicalP < 1 ? Typical(threshold: options.typicalP, minKeep: options.minKeep) : nil
        case .topP:
            return truncates && options.topP < 1 ? TopP(threshold: options.topP, minKeep: options.minKeep) : nil
        case .minP:
            return truncates && options.minP > 0 ? MinP(threshold: options.minP, minKeep: options.minKeep) : nil
        case .xtc:
            let acts = options.xtc.probability > 0 && options.xtc.threshold <= 0.5
            return acts ? XTC(options: options.xtc, minKeep: options.minKeep) : nil
        case .temperature:
            if options.dynamicTemperatureRange > 0 { return DynamicTemperature(options) }
            return options.temperature == 1 ? nil : Temperature(temperature: options.temperature)
        }
    }

    /// Number of tokens that may be chosen from.
    package let vocabularyCount: Int
    private var stages: [any SamplerStage]
    private var random: RandomSource
    /// Whether the likeliest token is all that is asked for, so that logits need not even be copied.
    private let isArgmax: Bool

    /// A chain for a sequence that has no token yet.
    ///
    /// - Parameter stream: which of several completions of one request this is.
    /// - Throws: what `SamplingOptions.validate` throws.
    package init(_ options: SamplingOptions, vocabularyCount: Int, stream: UInt32 = 0) throws(SamplingError) {
        try options.validate(vocabularyCount: vocabularyCount)
        self.vocabularyCount = vocabularyCount
        random = RandomSource(seed: options.seed, stream: stream)
        if let mirostat = options.mirostat {
            var plain = options
            plain.dynamicTemperatureRange = 0
            stages = [StageKind.logitBias, .temperature].compactMap { Self.stage($0, plain) }
            switch mirostat.version {
            case .first: stages.append(Mirostat(mirostat, vocabularyCount: vocabularyCount))
            case .second: stages.append(MirostatV2(mirostat))
            }
            isArgmax = false
        } else {
            stages = options.order.compactMap { Self.stage($0, options) }
            if let adaptiveP = options.adaptiveP { stages.append(AdaptiveP(adaptiveP)) }
            isArgmax = stages.count == 1 && (stages[0] as? Temperature)?.temperature == 0
        }
    }

    /// Learns a token of the sequence; the prompt's come first, and a generated one after it has been sampled.
    package mutating func accept(_ token: Int32, isPrompt: Bool) {
        for index in stages.indices { stages[index].accept(token, isPrompt: isPrompt) }
    }

    /// Chooses a token.
    ///
    /// - Parameters:
    ///   - logits: one per token of the vocabulary.
    ///   - mask: which tokens are allowed; `nil` allows all.
    ///   - candidates: a workspace, overwritten.
    /// - Throws: `wrongLogitCount`, or `noCandidate` when nothing can be chosen.
    package mutating func sample(
        _ logits: borrowing Span<Float>, mask: TokenMask? = nil, using candidates: inout Candidates
    ) throws(SamplingError) -> Int32 {
        guard logits.count == vocabularyCount else {
            throw .wrongLogitCount(expected: vocabularyCount, found: logits.count)
        }
        if isArgmax, mask == nil {
            guard let token = Self.argmax(logits) else { throw .noCandidate(vocabularyCount: vocabularyCount) }
            return token
        }
        apply(to: logits, mask: mask, using: &candidates)
        guard let position = draw(from: &candidates) else { throw .noCandidate(vocabularyCount: vocabularyCount) }
        return candidates.tokens[position]
    }

    /// Runs the stages and chooses nothing: `candidates` then holds what may be chosen.
    package mutating func apply(
        to logits: borrowing Span<Float>, mask: TokenMask? = nil, using candidates: inout Candidates
    ) {
        candidates.load(logits, mask: mask)
        for index in stages.indices { stages[index].apply(to: &candidates, random: &random) }
    }

    /// Tells the stages that a token was chosen by someone else from what `apply` left.
    package mutating func observe(_ token: Int32, in candidates: inout Candidates) {
        let sum = candidates.computeWeights()
        guard sum > 0, let position = candidates.index(of: token) else { return }
        observe(position: position, probability: Float(Double(candidates.probabilities[position]) / sum))
    }

    /// Where the chosen candidate lies; `nil` if none has a finite logit.
    private mutating func draw(from candidates: inout Candidates) -> Int? {
        let sum = candidates.computeWeights()
        guard sum > 0 else { return nil }
        let target = random.nextUniform() * sum
        var running = 0.0
        var chosen: Int?
        for index in 0..<candidates.count where candidates.probabilities[index] > 0 {
            running += Double(candidates.probabilities[index])
            chosen = index  // rounding may leave the last running sum short of the target
            if running >= target { break }
        }
        guard let chosen else { return nil }
        observe(position: chosen, probability: Float(Double(candidates.probabilities[chosen]) / sum))
        return chosen
    }

    private mutating func observe(position: Int, probability: Float) {
        for index in stages.indices { stages[index].observe(position: position, probability: probability) }
    }

    /// The token with the largest logit, of equal ones the lowest; `nil` if all are NaN or minus infinity.
    package static func argmax(_ logits: borrowing Span<Float>) -> Int32? {
        let largest = largestValue(of: logits)
        guard largest > -.infinity else { return nil }
        for index in 0..<logits.count where logits[index] == largest { return Int32(truncatingIfNeeded: index) }
        return nil
    }
}

extension DynamicTemperature {
    fileprivate init(_ options: SamplingOptions) {
        self.init(
            temperature: options.temperature, range: options.dynamicTemperatureRange,
            exponent: options.dynamicTemperatureExponent)
    }
}
