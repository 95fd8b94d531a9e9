private import Platform

/// Keeps tokens that are at least `threshold` times as likely as the likeliest. Source: arXiv:2407.01082.
///
/// `p ≥ threshold · p_max` is `logit ≥ logit_max + ln(threshold)`, so no probability is computed.
struct MinP: SamplerStage {
    let logThreshold: Float
    let minKeep: Int

    init(threshold: Float, minKeep: Int) {
        logThreshold = ScalarMath.log(threshold)
        self.minKeep = minKeep
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        let bound = candidates.largestLogit() + logThreshold
        var kept = 0
        for index in 0..<candidates.count where candidates.logits[index] >= bound { kept += 1 }
        if kept >= max(minKeep, 1) {
            candidates.keep { _, logit, _ in logit >= bound }
        } else {
            candidates.keepLargest(max(minKeep, 1))
        }
    }
}
