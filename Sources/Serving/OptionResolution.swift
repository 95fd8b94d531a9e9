import Inference
import Sampling
import Tokenization
import WireFormats

// What a request leaves open, the model's own parameters say; what both leave open, the dialect's defaults. This is the
// only place where defaults are.

extension Dialect {
    /// What clients of the dialect expect where nobody says anything else.
    var samplingDefaults: SamplingOptions {
        switch self {
        case .ollama: return .ollama
        case .openAI, .anthropic:
            var options = SamplingOptions.ollama
            (options.temperature, options.topP) = (1, 1)
            return options
        case .llamaServer: return SamplingOptions()
        }
    }
}

extension GenerationOptions {
    /// These options, and where they say nothing, others.
    func completed(by other: GenerationOptions) -> GenerationOptions {
        var result = self
        func complete<Value>(_ path: WritableKeyPath<GenerationOptions, Value?>) {
            if result[keyPath: path] == nil { result[keyPath: path] = other[keyPath: path] }
        }
        [\.temperature, \.topP, \.minP, \.typicalP, \.topNSigma, \.dynamicTemperatureRange].forEach(complete)
        [\.dynamicTemperatureExponent, \.repetitionPenalty, \.presencePenalty, \.frequencyPenalty].forEach(complete)
        [\.dryMultiplier, \.dryBase, \.xtcProbability, \.xtcThreshold, \.mirostatTau, \.mirostatEta].forEach(complete)
        [\.topK, \.repetitionWindow, \.dryAllowedLength, \.dryWindow, \.mirostat, \.minKeep, \.seed].forEach(complete)
        [\.maximumTokens, \.minimumTokens, \.contextLength, \.keptTokenCount].forEach(complete)
        complete(\.drySequenceBreakers)
        complete(\.samplerOrder)
        complete(\.logitBias)
        complete(\.stop)
        complete(\.stopTokenIDs)
        complete(\.ignoresEndOfText)
        return result
    }

    /// How tokens are chosen.
    ///
    /// - Throws: `invalid` for the name of a stage that there is none of.
    func sampling(_ dialect: Dialect, tokenizer: Tokenizer) throws(WireError) -> SamplingOptions {
        var options = dialect.samplingDefaults
        options.seed = seed.flatMap { $0 < 0 ? nil : UInt64($0) } ?? UInt64.random(in: 0...UInt64(Int64.max))
        if let temperature { options.temperature = temperature }
        if let topK { options.topK = max(topK, 0) }
        if let topP { options.topP = topP }
        if let minP { options.minP = minP }
        if let typicalP { options.typicalP = typicalP }
        if let topNSigma { options.topNSigma = topNSigma > 0 ? topNSigma : nil }
        if let minKeep { options.minKeep = minKeep }
        if let dynamicTemperatureRange { options.dynamicTemperatureRange = dynamicTemperatureRange }
        if let dynamicTemperatureExponent { options.dynamicTemperatureExponent = dynamicTemperatureExponent }
        if let xtcProbability { options.xtc.probability = xtcProbability }
        if let xtcThreshold { options.xtc.threshold = xtcThreshold }
        if let logitBias { options.logitBias = logitBias }
        applyPenalties(to: &options)
        applyMirostat(to: &options)
        applyDRY(to: &options, tokenizer: tokenizer)
        if let samplerOrder {
            do { options.order = try StageKind.order(named: samplerOrder) } catch {
                throw WireError(.invalid, "\(error)", parameter: "samplers")
            }
        }
        return options
    }

    private func applyPenalties(to options: inout SamplingOptions) {
        if let repetitionPenalty { options.penalties.repetition = repetitionPenalty }
        if let presencePenalty { options.penalties.presence = presencePenalty }
        if let frequencyPenalty { options.penalties.frequency = frequencyPenalty }
        if let repetitionWindow { options.penalties.window = repetitionWindow < 0 ? nil : repetitionWindow }
    }

    private func applyMirostat(to options: inout SamplingOptions) {
        guard let mirostat, mirostat > 0 else { return }
        var settings = SamplingOptions.Mirostat()
        settings.version = mirostat == 1 ? .first : .second
        if let mirostatTau { settings.targetSurprise = mirostatTau }
        if let mirostatEta { settings.learningRate = mirostatEta }
        options.mirostat = settings
    }

    private func applyDRY(to options: inout SamplingOptions, tokenizer: Tokenizer) {
        guard let dryMultiplier, dryMultiplier != 0 else { return }
        options.dry.multiplier = dryMultiplier
        if let dryBase { options.dry.base = dryBase }
        if let dryAllowedLength { options.dry.allowedLength = dryAllowedLength }
        if let dryWindow { options.dry.window = dryWindow < 0 ? nil : dryWindow }
        let texts = drySequenceBreakers ?? ["\n", ":", "\"", "*"]
        options.dry.sequenceBreakers = tokenizer.sequenceBreakers(containing: texts)
    }

    /// When the text ends, of a sequence that may grow by so many tokens.
    func stopConditions(room: Int) -> StopConditions {
        var conditions = StopConditions()
        conditions.strings = (stop ?? []).filter { !$0.isEmpty }
        conditions.tokens = Set(stopTokenIDs ?? [])
        conditions.ignoresEndOfGeneration = ignoresEndOfText ?? false
        conditions.minimumTokens = max(minimumTokens ?? 0, 0)
        let limit = maximumTokens.flatMap { $0 < 0 ? nil : $0 }
        conditions.maximumTokens = min(limit ?? room, room)
        return conditions
    }
}
