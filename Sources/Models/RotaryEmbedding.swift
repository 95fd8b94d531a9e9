import Compute

/// The rotary embedding of a file: frequencies, already scaled.
struct RotaryEmbedding {
    let frequencies: RoPE.Frequencies
    /// For sequences that may grow beyond the original context; LongRoPE only.
    let longFrequencies: RoPE.Frequencies?

    /// No scaling.
    init(base: Double, rotaryLength: Int) {
        frequencies = RoPE.Frequencies(base: base, rotaryLength: rotaryLength)
        longFrequencies = nil
    }

    /// Reads the `rope.*` keys and factor tensors.
    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        let plain = RoPE.Frequencies(base: parameters.ropeBase, rotaryLength: parameters.ropeDimensionCount)
        let scaling = try Self.scaling(reader, parameters)
        switch scaling {
        case .none: frequencies = plain
        case .linear(let factor):
            frequencies = plain.divided(by: Array(repeating: Float(factor), count: plain.values.count))
        case .divisors(let divisors): frequencies = plain.divided(by: divisors)
        case .yarn(let yarn): frequencies = plain.stretched(yarn, base: parameters.ropeBase)
        case .longRoPE(let short, _, let magnitude): frequencies = plain.divided(by: short, magnitude: magnitude)
        }
        if case .longRoPE(_, let long, let magnitude) = scaling {
            longFrequencies = plain.divided(by: long, magnitude: magnitude)
        } else {
            longFrequencies = nil
        }
    }

    private static func scaling(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters
    ) throws(ModelError) -> RoPEScaling {
        let factor = Double(try scalingFactor(reader) ?? 1)
        let pairs = parameters.ropeDimensionCount / 2
        switch try reader.optionalString("rope.scaling.type") ?? "linear" {
        case "none": return .none
        case "yarn": return .yarn(try yarn(reader, parameters, factor: factor))
        case "longrope":
            return .longRoPE(
                short: try divisors(reader, "rope_factors_short.weight", count: pairs),
                long: try divisors(reader, "rope_factors_long.weight", count: pairs),
                magnitude: try reader.optionalFloat("rope.scaling.attn_factor", above: 0) ?? 1)
        case "linear":
            if reader.has("rope_freqs.weight") {
                return .divisors(try divisors(reader, "rope_freqs.weight", count: pairs))
            }
            return factor == 1 ? .none : .linear(factor: factor)
        case let other:
            throw .unsupported(what: "\(parameters.architecture).rope.scaling.type", found: other)
        }
    }

    /// `rope.scaling.factor`, or the older `rope.scale_linear`; zero means none.
    private static func scalingFactor(_ reader: borrowing WeightReader) throws(ModelError) -> Float? {
        var factor = try reader.optionalFloat("rope.scaling.factor", atLeast: 0)
        if factor == nil { factor = try reader.optionalFloat("rope.scale_linear", atLeast: 0) }
        return factor == 0 ? nil : factor
    }

    private static func divisors(
        _ reader: borrowing WeightReader, _ name: String, count: Int
    ) throws(ModelError) -> [Float] {
        let values = try reader.floats(name, count: count)
        guard let useless = values.first(where: { !$0.isFinite || $0 <= 0 }) else { return values }
        throw .invalidWeight(tensor: name, expected: "positive finite numbers", found: "\(useless)")
    }

    /// YaRN's keys. A magnitude in the file (`attention_factor` of the released model) replaces the derived one.
    private static func yarn(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, factor: Double
    ) throws(ModelError) -> RoPEScaling.YaRN {
        func optional(_ key: String) throws(ModelError) -> Double? {
            try reader.optionalFloat("rope.scaling." + key, atLeast: 0).map(Double.init)
        }
        let multiplier = try optional("yarn_log_multiplier") ?? 0
        let derived =
            RoPEScaling.YaRN.magnitude(factor: factor)
            / (multiplier == 0 ? 1 : RoPEScaling.YaRN.magnitude(factor: factor, multiplier: multiplier))
        return RoPEScaling.YaRN(
            factor: factor, originalContextLength: parameters.ropeOriginalContextLength,
            betaFast: max(try optional("yarn_beta_fast") ?? 32, 1e-6),
            betaSlow: max(try optional("yarn_beta_slow") ?? 1, 1e-6),
            magnitude: (try optional("yarn_attn_factor") ?? derived) * (try optional("attn_factor") ?? 1))
    }
}
