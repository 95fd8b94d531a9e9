/// Keeps the `count` most likely tokens; few are selected sorted, many are searched.
struct TopK: SamplerStage {
    let count: Int

    private static let mostSorted = 256

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        guard count < candidates.count else { return }
        if count <= Self.mostSorted || candidates.order == .descendingLogit {
            candidates.keepLargest(count)
        } else {
            let wanted = count
            candidates.keepShortestRun(isEnough: { $0.count >= wanted }, mass: { _ in 0 })
        }
    }
}
