import Compute

/// The weights of a pre-norm decoder layer: norm, attention, norm, feed-forward.
struct DecoderLayer: Sendable {
    let attentionNorm: VectorHandle  // attn_norm  [embeddingLength]
    let projections: AttentionProjections
    let feedForwardNorm: VectorHandle  // ffn_norm [embeddingLength]
    let feedForward: FeedForward

    /// - Parameter function: what the feed-forward layer's gate goes through.
    init(
        _ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters, function: GateFunction
    ) throws(ModelError) {
        attentionNorm = try reader.vector(prefix + "attn_norm.weight", count: parameters.embeddingLength)
        projections = try AttentionProjections(reader, prefix, parameters)
        feedForwardNorm = try reader.vector(prefix + "ffn_norm.weight", count: parameters.embeddingLength)
        feedForward = try FeedForward(reader, prefix, parameters, function: function)
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

extension DecoderLayer {
    /// All layers of a file.
    static func layers(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, function: GateFunction = .silu
    ) throws(ModelError) -> [DecoderLayer] {
        var layers: [DecoderLayer] = []
        for index in 0..<parameters.layerCount {
            layers.append(try DecoderLayer(reader, "blk.\(index).", parameters, function: function))
        }
        return layers
    }
}

extension HeadNorms {
    /// The norms of all layers of a file.
    static func layers(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters
    ) throws(ModelError) -> [HeadNorms] {
        var layers: [HeadNorms] = []
        for index in 0..<parameters.layerCount {
            layers.append(try HeadNorms(reader, "blk.\(index).", parameters))
        }
        return layers
    }
}
