private import Platform

/// Divides logits by the temperature; at zero and below only the likeliest token is left.
struct Temperature: SamplerStage {
    let temperature: Float

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        Self.scale(&candidates, by: temperature)
    }

    static func scale(_ candidates: inout Candidates, by temperature: Float) {
        guard temperature > 0 else {
            candidates.keepLargest(1)
            return
        }
        for index in 0..<candidates.count { candidates.logits[index] /= temperature }
    }
}

/// A temperature that follows the entropy of the distribution: low when the model is sure, high when it is not.
///
/// `T = T_min + (T_max − T_min) · (H / ln count)^exponent`, with `T_min`, `T_max` = temperature ∓ range.
struct DynamicTemperature: SamplerStage {
    let temperature: Float
    let range: Float
    let exponent: Float

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        guard candidates.count > 1 else { return }
        candidates.computeProbabilities()
        var entropy = 0.0
        for index in 0..<candidates.count where candidates.probabilities[index] > 0 {
            let probability = candidates.probabilities[index]
            entropy -= Double(probability) * Double(ScalarMath.log(probability))
        }
        let normalized = Float(max(entropy, 0)) / ScalarMath.log(Float(candidates.count))
        let lowest = max(0, temperature - range)
        let highest = temperature + range
        Temperature.scale(
            &candidates, by: lowest + (highest - lowest) * ScalarMath.power(normalized, exponent))
    }
}
