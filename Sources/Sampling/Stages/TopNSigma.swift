/// Excludes tokens whose logit lies more than `deviations` standard deviations of all logits below the largest.
/// Source: arXiv:2411.07641.
struct TopNSigma: SamplerStage {
    let deviations: Float

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        guard candidates.count > 1 else { return }
        var sum = 0.0
        var finiteCount = 0
        for index in 0..<candidates.count where candidates.logits[index] > -.infinity {
            sum += Double(candidates.logits[index])
            finiteCount += 1
        }
        guard finiteCount > 0 else { return }
        let mean = sum / Double(finiteCount)
        var squares = 0.0
        for index in 0..<candidates.count where candidates.logits[index] > -.infinity {
            let difference = Double(candidates.logits[index]) - mean
            squares += difference * difference
        }
        let deviation = Float((squares / Double(finiteCount)).squareRoot())
        let bound = candidates.largestLogit() - deviations * deviation
        for index in 0..<candidates.count where candidates.logits[index] < bound {
            candidates.logits[index] = -.infinity
        }
    }
}
