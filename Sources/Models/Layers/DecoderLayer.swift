import Compute

/// The weights of a pre-norm decoder layer: norm, attention, norm, feed-forward.
struct DecoderLayer: Sendable {
    let attentionNorm: VectorHandle  // attn_norm  [embeddingLength]
    let projections: AttentionProjections
    let feedForwardNorm: VectorHandle  // ffn_norm [embeddingLength]
    let feedForward: FeedForward

    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        attentionNorm = try reader.vector(prefix + "attn_norm.weight", count: parameters.embeddingLength)
        projections = try AttentionProjections(reader, prefix, parameters)
        feedForwardNorm = try reader.vector(prefix + "ffn_norm.weight", count: parameters.embeddingLength)
        feedForward = try FeedForward(reader, prefix, parameters)
    }
}

/// Norms on every query and key head.
struct HeadNorms: Sendable {
    let query: VectorHandle  // attn_q_norm [keyLength]
    let key: VectorHandle  // attn_k_norm   [keyLength]

    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        query = try reader.vector(prefix + "attn_q_norm.weight", count: parameters.keyLength)
        key = try reader.vector(prefix + "attn_k_norm.weight", count: parameters.keyLength)
    }
}

extension WeightReader {
    /// One value per layer, each loaded from the tensors that start with `blk.<index>.`.
    borrowing func layers<Layer>(
        _ parameters: Hyperparameters,
        _ load: (borrowing WeightReader, _ prefix: String, Hyperparameters) throws(ModelError) -> Layer
    ) throws(ModelError) -> [Layer] {
        var layers: [Layer] = []
        for index in 0..<parameters.layerCount { layers.append(try load(self, "blk.\(index).", parameters)) }
        return layers
    }
}
