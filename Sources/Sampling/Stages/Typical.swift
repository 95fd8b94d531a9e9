private import Platform

/// Keeps the tokens whose surprise is nearest to the expected surprise, up to a total probability.
/// Source: arXiv:2202.00666.
///
/// Tokens are taken in order of `|−ln p − H|`, where `H = −Σ p·ln p`, until their probabilities sum to more than
/// `threshold`. Tokens of probability zero have no finite surprise and are never kept.
struct Typical: SamplerStage {
    let threshold: Float
    let minKeep: Int

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        let sum = Float(candidates.computeWeights())
        guard sum > 0 else { return }
        let largest = candidates.largestLogit()
        candidates.keep { _, _, weight in weight > 0 }
        var entropy = 0.0
        for index in 0..<candidates.count {
            let probability = candidates.probabilities[index] / sum
            guard probability > 0 else { continue }
            entropy -= Double(probability) * Double(ScalarMath.log(probability))
        }
        // The search works on logits: the negated distance takes their place, and they wait among the probabilities.
        for index in 0..<candidates.count {
            let surprise = -ScalarMath.log(max(candidates.probabilities[index] / sum, .leastNonzeroMagnitude))
            candidates.probabilities[index] = -abs(surprise - Float(entropy))
        }
        candidates.swapLogitsAndProbabilities()
        let (threshold, minKeep) = (Double(threshold), minKeep)
        candidates.keepShortestRun(
            isEnough: { $0.mass > threshold && $0.count >= max(minKeep, 1) },
            mass: { exponential($0 - largest) / sum })
        candidates.swapLogitsAndProbabilities()
    }
}
