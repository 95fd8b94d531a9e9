/// Adds a fixed amount to the logits of given tokens: `logit += bias`; minus infinity forbids a token.
struct LogitBias: SamplerStage {
    let biases: [Int32: Float]

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        for (token, bias) in biases {
            guard let index = candidates.index(of: token) else { continue }
            candidates.logits[index] += bias
        }
        if candidates.order == .descendingLogit { candidates.order = .none }
    }
}
