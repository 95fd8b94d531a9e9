/// How to generate, as far as the request says: nil means "not sent". Values are as on the wire; what they default
/// to, and what a number such as −1 stands for, is resolved in one place above.
package struct GenerationOptions: Sendable, Equatable {
    // Sampling
    package var temperature: Float?
    package var topK: Int?
    package var topP: Float?
    package var minP: Float?
    package var typicalP: Float?
    package var topNSigma: Float?
    package var dynamicTemperatureRange: Float?
    package var dynamicTemperatureExponent: Float?
    package var repetitionPenalty: Float?
    /// Tokens that penalties look back on: 0 is off, −1 the whole context.
    package var repetitionWindow: Int?
    package var presencePenalty: Float?
    package var frequencyPenalty: Float?
    package var dryMultiplier: Float?
    package var dryBase: Float?
    package var dryAllowedLength: Int?
    package var dryWindow: Int?
    package var drySequenceBreakers: [String]?
    package var xtcProbability: Float?
    package var xtcThreshold: Float?
    /// 0 is off, 1 and 2 are the two versions.
    package var mirostat: Int?
    package var mirostatTau: Float?
    package var mirostatEta: Float?
    /// Names of the stages, in the order in which they act.
    package var samplerOrder: [String]?
    /// Candidates that top-p, min-p, typical and XTC leave at least.
    package var minKeep: Int?
    /// Negative: a new one each time.
    package var seed: Int?
    /// Added to the logits of tokens; minus infinity forbids one.
    package var logitBias: [Int32: Float]?

    // Where the answer ends
    package var stop: [String]?
    package var stopTokenIDs: [Int32]?
    /// New tokens at most; negative: as many as there is room for.
    package var maximumTokens: Int?
    package var minimumTokens: Int?
    package var ignoresEndOfText: Bool?

    // The model's loading and its context
    package var contextLength: Int?
    /// Tokens at the front that stay when the context shifts.
    package var keptTokenCount: Int?
    package var batchLength: Int?
    /// −1: as many as fit.
    package var gpuLayerCount: Int?
    package var mainGPU: Int?
    package var mapsFile: Bool?
    package var threadCount: Int?
    package var draftLength: Int?

    /// Names that were sent and mean nothing here, to be logged; a few at most.
    package var unknownNames: [String] = []

    package init() {}
}
