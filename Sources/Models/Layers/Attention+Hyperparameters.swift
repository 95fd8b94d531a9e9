import Compute

extension Attention {
    /// Attention as the hyperparameters and the keys `attention.scale` and `attention.sliding_window` say.
    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        self.init(
            headCount: parameters.headCount, keyValueHeadCount: parameters.keyValueHeadCount,
            headLength: parameters.keyLength)
        valueLength = parameters.valueLength
        if let given = try reader.optionalFloat("attention.scale", atLeast: 0), given > 0 { scale = given }
        window = try reader.optionalCount("attention.sliding_window", minimum: 0, limit: 1 << 31)
        if window == 0 { window = nil }
        if !parameters.isCausal { ahead = nil }
    }
}

extension LayerState {
    /// Keys and values of one attention layer.
    init(_ attention: Attention) {
        self = .attention(
            AttentionState(
                keyValueHeadCount: attention.keyValueHeadCount, keyLength: attention.keyLength,
                valueLength: attention.valueLength, window: attention.window))
    }
}

extension WeightReader {
    /// Loads a rotary embedding.
    func rope(_ embedding: RotaryEmbedding, style: RoPE.Style) throws(ModelError) -> RoPEHandle {
        try load(
            rope: RoPE(style: style, frequencies: embedding.frequencies, longFrequencies: embedding.longFrequencies))
    }
}
