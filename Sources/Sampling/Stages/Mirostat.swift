private import Platform

/// Mirostat: top-k whose k follows a running estimate so that the surprise of the text stays near a target.
/// Source: arXiv:2007.14966, algorithm 1.
struct Mirostat: SamplerStage {
    let options: SamplingOptions.Mirostat
    let vocabularyCount: Int
    private var maximumSurprise: Float

    init(_ options: SamplingOptions.Mirostat, vocabularyCount: Int) {
        self.options = options
        self.vocabularyCount = vocabularyCount
        maximumSurprise = 2 * options.targetSurprise
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.computeProbabilities()
        candidates.moveLargestToFront(options.estimatedCount)
        candidates.keepLargest(keptCount(zipfExponent: zipfExponent(of: candidates), from: candidates.count))
    }

    /// Least squares over the logarithms of neighbouring ranks and probabilities.
    private func zipfExponent(of candidates: Candidates) -> Float {
        var products: Float = 0
        var squares: Float = 0
        for rank in 0..<max(min(options.estimatedCount, candidates.count) - 1, 0) {
            let step = ScalarMath.log(Float(rank + 2) / Float(rank + 1))
            products += step * ScalarMath.log(candidates.probabilities[rank] / candidates.probabilities[rank + 1])
            squares += step * step
        }
        return products / squares
    }

    private func keptCount(zipfExponent: Float, from count: Int) -> Int {
        let excess = zipfExponent - 1
        let numerator = excess * ScalarMath.power(2, maximumSurprise)
        let denominator = 1 - ScalarMath.power(Float(vocabularyCount), -excess)
        let kept = ScalarMath.power(numerator / denominator, 1 / zipfExponent)
        guard kept >= 1 else { return 1 }
        return kept < Float(count) ? Int(kept) : count
    }

    mutating func observe(position: Int, probability: Float) {
        maximumSurprise = options.corrected(maximumSurprise, probability: probability)
    }
}

/// Mirostat 2: drops tokens whose surprise exceeds a running bound. Source: arXiv:2007.14966, algorithm 2.
struct MirostatV2: SamplerStage {
    let options: SamplingOptions.Mirostat
    private var maximumSurprise: Float

    init(_ options: SamplingOptions.Mirostat) {
        self.options = options
        maximumSurprise = 2 * options.targetSurprise
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.computeProbabilities()
        let bound = ScalarMath.power(2, -maximumSurprise)
        var kept = 0
        for index in 0..<candidates.count where candidates.probabilities[index] >= bound { kept += 1 }
        if kept > 0 {
            candidates.keep { _, _, probability in probability >= bound }
        } else {
            candidates.keepLargest(1)
        }
    }

    mutating func observe(position: Int, probability: Float) {
        maximumSurprise = options.corrected(maximumSurprise, probability: probability)
    }
}

extension SamplingOptions.Mirostat {
    /// The bound after a step: `µ − η · (surprise − τ)`.
    fileprivate func corrected(_ bound: Float, probability: Float) -> Float {
        guard probability > 0 else { return bound }
        return bound - learningRate * (-ScalarMath.log2(probability) - targetSurprise)
    }
}
