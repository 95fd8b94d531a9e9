/// Keeps the `count` most likely tokens.
struct TopK: SamplerStage {
    let count: Int

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        candidates.keepLargest(count)
    }
}
