/// Prefers tokens whose probability is near a target, which follows what was chosen so that the average meets it.
///
/// `logit = 5 − 10·d² / (1 + d)` with `d = |p − target| / 0.3`: quadratic near the target, linear far from it.
/// Source: ggml-org/llama.cpp#17927.
struct AdaptiveP: SamplerStage {
    let options: SamplingOptions.AdaptiveP
    /// `Σ p·decay^age` over the tokens chosen, and `Σ decay^age`.
    private var weightedSum: Float
    private var totalWeight: Float
    /// Probabilities under the model, where the candidates lie.
    private var originals: [Float] = []

    init(_ options: SamplingOptions.AdaptiveP) {
        self.options = options
        weightedSum = options.target / (1 - options.decay)
        totalWeight = 1 / (1 - options.decay)
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.computeProbabilities()
        let adapted = min(max(2 * options.target - weightedSum / totalWeight, 0), 1)
        originals.removeAll(keepingCapacity: true)
        for index in 0..<candidates.count {
            let probability = candidates.probabilities[index]
            originals.append(probability)
            guard candidates.logits[index] > -.infinity else { continue }
            let distance = abs(probability - adapted) / 0.3
            candidates.logits[index] = 5 - 10 * distance * distance / (1 + distance)
        }
        if candidates.order == .descendingLogit { candidates.order = .none }
    }

    mutating func observe(position: Int, probability: Float) {
        weightedSum = originals[position] + options.decay * weightedSum
        totalWeight = 1 + options.decay * totalWeight
    }
}
