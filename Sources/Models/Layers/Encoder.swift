import Compute

/// The entrance of a BERT-like encoder: embeddings of token, token type and position, summed and normalised.
struct EncoderEmbedding: Sendable {
    let tokens: WeightHandle  // token_embd     [vocabularySize, embeddingLength]
    let types: WeightHandle?  // token_types    [types, embeddingLength]
    let positions: WeightHandle?  // position_embd [contextLength, embeddingLength]
    let norm: LayerNorm  // token_embd_norm

    /// - Parameter hasPositions: whether positions are learned; else they are rotations.
    init(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, hasPositions: Bool
    ) throws(ModelError) {
        let width = parameters.embeddingLength
        tokens = try reader.matrix("token_embd.weight", rows: parameters.vocabularySize, columns: width)
        let typesName = "token_types.weight"
        types =
            reader.has(typesName)
            ? try reader.matrix(typesName, rows: reader.rowCount(typesName, columns: width), columns: width) : nil
        positions =
            hasPositions
            ? try reader.matrix("position_embd.weight", rows: parameters.contextLength, columns: width) : nil
        norm = try LayerNorm(reader, "token_embd_norm", parameters)
    }
}

/// The norms of a post-norm encoder layer: after attention, and after the feed-forward layer.
struct EncoderNorms: Sendable {
    let attention: LayerNorm  // attn_output_norm
    let output: LayerNorm  // layer_output_norm

    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        attention = try LayerNorm(reader, prefix + "attn_output_norm", parameters)
        output = try LayerNorm(reader, prefix + "layer_output_norm", parameters)
    }
}

extension Attention {
    /// Attention over the whole sequence. All rows of a sequence are in one step, so the layers share one cache.
    init(encoder parameters: Hyperparameters) {
        self.init(
            headCount: parameters.headCount, keyValueHeadCount: parameters.keyValueHeadCount,
            headLength: parameters.keyLength)
        valueLength = parameters.valueLength
        ahead = nil
        cacheLayer = 0
    }

    /// What an encoder's layers remember within a step: the first has the cache of all.
    func sharedStates(layerCount: Int) -> [LayerState] {
        [LayerState(self)] + Array(repeating: .stateless, count: layerCount - 1)
    }
}

extension ForwardPass {
    /// Embeddings of the batch's tokens, `[tokens, embeddingLength]`.
    mutating func embed(_ embedding: EncoderEmbedding) -> Activation {
        var x = embed(embedding.tokens)
        if let types = embedding.types { x = add(x, embed(types, by: .tokenType)) }
        if let positions = embedding.positions { x = add(x, embed(positions, by: .position)) }
        return layerNorm(inPlace: x, embedding.norm)
    }
}
