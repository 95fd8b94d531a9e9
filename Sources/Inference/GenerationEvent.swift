package import Sampling

/// Why a generation ended.
package enum FinishReason: Sendable, Equatable {
    /// The model chose an end-of-generation token, a token or text that the request names, or all that it may say.
    case stop(StopCause)
    /// As many tokens as wanted, or as the context holds.
    case length
    /// Whoever asked for it no longer wants it.
    case cancelled
    /// Its reader let more events wait than may.
    case readerTooSlow
    /// It could not go on.
    case failed(InferenceError)
}

/// What a stopped generation ran into.
package enum StopCause: Sendable, Equatable {
    case endOfGeneration(Int32)
    case token(Int32)
    case string(String)
    /// The text satisfies its constraint, which lets nothing follow.
    case constraintComplete
}

/// What a generation cost.
package struct GenerationStatistics: Sendable, Equatable {
    /// Tokens of the prompt.
    package var promptTokens = 0
    /// Those of them whose keys and values were in the cache.
    package var cachedTokens = 0
    /// Tokens chosen, an ending one included.
    package var generatedTokens = 0
    /// How often it lost its pages and computed them again.
    package var preemptionCount = 0
    /// From the request's arrival to its first step.
    package var queueTime = Duration.zero
    /// From the first step to the first token.
    package var prefillTime = Duration.zero
    /// From the first token to the end.
    package var decodeTime = Duration.zero

    package init() {}
}

/// A chosen token.
package struct GeneratedToken: Sendable, Equatable {
    package let token: Int32
    /// Text that is certain with this token: whole characters, and no beginning of a stop string.
    package let text: String
    /// Log probabilities under the model itself, if the request wants them.
    package let logProbabilities: LogProbabilities?
}

/// What happens to a generation, in order; `finished` comes last, once.
package enum GenerationEvent: Sendable {
    /// Logits after the token at a position, one per token of the vocabulary.
    case logits(position: Int, [Float])
    /// Log probabilities of the prompt's tokens from the second on, if the request wants them: before the first token.
    case prompt([LogProbabilities])
    case token(GeneratedToken)
    /// Text that was held back, why it ended, and what it cost.
    case finished(FinishReason, remainingText: String, GenerationStatistics)
}

/// What became of an event.
package enum EventDelivery: Sendable {
    case taken
    /// There is no room for it: the reader is too slow.
    case refused
    /// There is no reader any more.
    case abandoned
}
