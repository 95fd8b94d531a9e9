import Compute

extension Attention {
    /// Causal attention as the hyperparameters and the keys `attention.scale` and
    /// `attention.sliding_window` say.
    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        self.init(
            headCount: parameters.headCount, keyValueHeadCount: parameters.keyValueHeadCount,
            keyLength: parameters.keyLength, valueLength: parameters.valueLength,
            scale: try reader.optionalFloat("attention.scale", above: 0)
                ?? 1 / Float(parameters.keyLength).squareRoot())
        window = try reader.optionalCount("attention.sliding_window", minimum: 0, limit: 1 << 31)
        if window == 0 { window = nil }
    }
}

extension LayerState {
    /// Keys and values of one attention layer.
    init(_ parameters: Hyperparameters, window: Int?) {
        self = .attention(
            keyValueHeadCount: parameters.keyValueHeadCount, keyLength: parameters.keyLength,
            valueLength: parameters.valueLength, window: window)
    }

    /// The same state for every layer.
    static func layers(_ parameters: Hyperparameters, window: Int?) -> [LayerState] {
        Array(repeating: LayerState(parameters, window: window), count: parameters.layerCount)
    }
}

extension RoPE {
    /// The rotary embedding that the file's `rope.*` keys and factor tensors describe.
    init(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, pairing: RoPE.Pairing
    ) throws(ModelError) {
        self.init(try RotaryEmbedding(reader, parameters), headLength: parameters.keyLength, pairing: pairing)
    }

    /// An unscaled rotary embedding.
    init(base: Double, _ parameters: Hyperparameters, pairing: RoPE.Pairing) {
        self.init(
            RotaryEmbedding(base: base, rotaryLength: parameters.ropeDimensionCount),
            headLength: parameters.keyLength, pairing: pairing)
    }
}
