/// Keeps the smallest set of most likely tokens whose probabilities sum to `threshold`. Source: arXiv:1904.09751.
///
/// Tokens below `(1 − threshold) / count` cannot all together make up what lies outside the set, so none of them is
/// needed in it: one pass drops them. The few that are left as a rule are sorted, many are searched.
struct TopP: SamplerStage {
    let threshold: Float
    let minKeep: Int

    private static let mostSorted = 256

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.computeProbabilities()
        if candidates.order != .descendingLogit { dropNeedless(from: &candidates) }
        if candidates.order == .descendingLogit || candidates.count <= Self.mostSorted {
            keepSorted(&candidates)
        } else {
            let (threshold, minKeep) = (Double(threshold), minKeep)
            candidates.keepShortestRun(
                isEnough: { $0.mass >= threshold && $0.count >= max(minKeep, 1) }, mass: { $0 })
        }
    }

    private func keepSorted(_ candidates: inout Candidates) {
        candidates.keepLargest(candidates.count)
        var sum: Float = 0
        for position in 0..<candidates.count {
            sum += candidates.probabilities[position]
            guard sum >= threshold, position + 1 >= minKeep else { continue }
            candidates.truncate(to: position + 1)
            return
        }
    }

    private func dropNeedless(from candidates: inout Candidates) {
        let bound = (1 - threshold) / Float(candidates.count)
        var remaining = 0
        for index in 0..<candidates.count where candidates.probabilities[index] >= bound { remaining += 1 }
        guard remaining >= max(minKeep, 1) else { return }
        candidates.keep { _, _, probability in probability >= bound }
    }
}
