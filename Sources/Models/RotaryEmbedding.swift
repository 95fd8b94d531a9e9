/// Reads the rotary embedding that a file describes: base, length and scaling.
struct RotaryEmbedding {
    /// Frequencies for sequences within the original context, and all others unless `long` is there.
    let short: RoPEFrequencies
    /// Frequencies of sequences that may grow beyond the original context (LongRoPE only).
    let long: RoPEFrequencies?
    /// Positions up to which `short` holds, if there is a `long`.
    let originalContextLength: Int

    /// No scaling.
    init(base: Double, rotaryLength: Int) {
        short = RoPEFrequencies(base: base, rotaryLength: rotaryLength)
        long = nil
        originalContextLength = 0
    }

    /// Reads `rope.*` keys and factor tensors.
    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        let plain = RoPEFrequencies(base: parameters.ropeBase, rotaryLength: parameters.ropeDimensionCount)
        originalContextLength =
            try reader.optionalCount("rope.scaling.original_context_length", limit: 1 << 31)
            ?? parameters.contextLength
        switch try Self.scaling(reader, parameters, originalContextLength: originalContextLength) {
        case .none: (short, long) = (plain, nil)
        case .linear(let factor):
            let divisor = Float(factor)
            (short, long) = (plain.divided(by: plain.values.map { _ in divisor }), nil)
        case .factors(let factors): (short, long) = (plain.divided(by: factors), nil)
        case .yarn(let yarn): (short, long) = (plain.stretched(yarn, base: parameters.ropeBase), nil)
        case .longRoPE(let shortFactors, let longFactors, let magnitude):
            short = plain.divided(by: shortFactors, magnitude: magnitude)
            long = plain.divided(by: longFactors, magnitude: magnitude)
        }
    }

    private static func scaling(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, originalContextLength: Int
    ) throws(ModelError) -> RoPEScaling {
        let factor = Double(try scalingFactor(reader) ?? 1)
        let pairs = parameters.ropeDimensionCount / 2
        switch try reader.optionalString("rope.scaling.type") ?? "linear" {
        case "none": return .none
        case "yarn":
            return .yarn(try yarn(reader, factor: factor, originalContextLength: originalContextLength))
        case "longrope":
            guard reader.has("rope_factors_long.weight") || reader.has("rope_factors_short.weight") else { return .none }
            return .longRoPE(
                short: try reader.floats("rope_factors_short.weight", count: pairs),
                long: try reader.floats("rope_factors_long.weight", count: pairs),
                magnitude: Double(try reader.optionalFloat("rope.scaling.attn_factor", above: 0) ?? 1))
        case "linear":
            if reader.has("rope_freqs.weight") { return .factors(try reader.floats("rope_freqs.weight", count: pairs)) }
            return factor == 1 ? .none : .linear(factor: factor)
        case let other: throw .unsupported(what: "rope.scaling.type", found: other)
        }
    }

    /// `rope.scaling.factor`, or the older `rope.scale_linear`; zero means none.
    private static func scalingFactor(_ reader: borrowing WeightReader) throws(ModelError) -> Float? {
        let factor =
            try reader.optionalFloat("rope.scaling.factor", atLeast: 0)
            ?? reader.optionalFloat("rope.scale_linear", atLeast: 0)
        return factor == 0 ? nil : factor
    }

    private static func yarn(
        _ reader: borrowing WeightReader, factor: Double, originalContextLength: Int
    ) throws(ModelError) -> RoPEScaling.YaRN {
        var yarn = RoPEScaling.YaRN(factor: factor, originalContextLength: originalContextLength)
        if let fast = try reader.optionalFloat("rope.scaling.yarn_beta_fast", above: 0) { yarn.betaFast = Double(fast) }
        if let slow = try reader.optionalFloat("rope.scaling.yarn_beta_slow", above: 0) { yarn.betaSlow = Double(slow) }
        let given = try reader.optionalFloat("rope.scaling.yarn_attn_factor", above: 0)
        let multiplier = Double(try reader.optionalFloat("rope.scaling.yarn_log_multiplier") ?? 0)
        if let given {
            yarn.magnitude = Double(given)
        } else if multiplier != 0 {
            yarn.magnitude =
                RoPEScaling.YaRN.magnitude(factor: factor)
                / RoPEScaling.YaRN.magnitude(factor: factor, multiplier: multiplier)
        }
        if let extra = try reader.optionalFloat("rope.scaling.attn_factor", above: 0) {
            yarn.magnitude = Double(extra) * (yarn.magnitude ?? RoPEScaling.YaRN.magnitude(factor: factor))
        }
        return yarn
    }
}
