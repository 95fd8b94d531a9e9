private import Platform

/// A token with the logarithm of its probability.
package struct TokenLogProbability: Sendable, Equatable {
    /// The token.
    package let token: Int32
    /// Natural logarithm of its probability; at least `LogProbabilities.lowest`.
    package let logProbability: Float
}

/// Log probabilities of a step under the model itself: the log-softmax of the raw logits, before any sampling stage.
package struct LogProbabilities: Sendable, Equatable {
    /// What stands for "impossible", as in OpenAI's API: JSON has no minus infinity.
    package static let lowest: Float = -9999

    /// The chosen token's.
    package let chosen: TokenLogProbability
    /// The likeliest tokens', most likely first.
    package let top: [TokenLogProbability]

    /// Log probabilities of the chosen token and of the `topCount` likeliest ones.
    ///
    /// *Complexity*: one pass for the sum, one for the selection.
    package init(
        _ logits: borrowing Span<Float>, chosen token: Int32, topCount: Int, using candidates: inout Candidates
    ) {
        candidates.load(logits, mask: nil)
        let sum = candidates.computeWeights()
        let shift = candidates.largestLogit() + Float(ScalarMath.log(max(sum, .leastNormalMagnitude)))
        func logProbability(_ logit: Float) -> Float {
            let value = logit - shift
            return value > Self.lowest ? min(value, 0) : Self.lowest
        }
        let position = candidates.index(of: token)
        chosen = TokenLogProbability(
            token: token, logProbability: position.map { logProbability(candidates.logits[$0]) } ?? Self.lowest)
        guard topCount > 0 else {
            top = []
            return
        }
        candidates.keepLargest(topCount)
        top = (0..<candidates.count).map {
            TokenLogProbability(token: candidates.tokens[$0], logProbability: logProbability(candidates.logits[$0]))
        }
    }
}
