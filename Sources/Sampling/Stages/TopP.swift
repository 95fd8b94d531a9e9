/// Keeps the smallest set of most likely tokens whose probabilities sum to `threshold`. Source: arXiv:1904.09751.
///
/// Tokens below `(1 − threshold) / count` cannot all together make up what lies outside the set, so none of them is
/// needed in it: one pass drops them, and only the rest is selected from.
struct TopP: SamplerStage {
    let threshold: Float
    let minKeep: Int

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.computeProbabilities()
        if candidates.order != .descendingLogit { dropNeedless(from: &candidates) }
        var wanted = 64
        var sum: Float = 0
        var position = 0
        while position < candidates.count {
            if position == 0 || position == wanted {
                if position > 0 { wanted *= 8 }
                candidates.moveLargestToFront(wanted)
                (sum, position) = (0, 0)
            }
            let end = min(wanted, candidates.count)
            while position < end {
                sum += candidates.probabilities[position]
                position += 1
                if sum >= threshold, position >= minKeep {
                    candidates.truncate(to: position)
                    candidates.order = .descendingLogit
                    return
                }
            }
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
