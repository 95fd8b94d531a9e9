package import Compute

/// Nomic BERT, the encoder of nomic-embed-text.
///
/// Differs from BERT: rotary positions that pair the halves of a head; SwiGLU; no biases but in the norms; one fused
/// matrix for query, key and value.
/// *Source*: Nomic Embed, arXiv:2402.01613.
package struct NomicBert: Architecture {
    package static let names = ["nomic-bert"]

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: EncoderEmbedding
    private let layers: [Layer]
    private let rope: RoPEHandle
    private let attention: Attention

    private struct Layer {
        let projections: AttentionProjections
        let norms: EncoderNorms
        let feedForward: FeedForward
    }

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        var parameters = try Hyperparameters(reader)
        parameters.isCausal = false
        hyperparameters = parameters
        attention = Attention(encoder: parameters)
        layerStates = attention.sharedStates(layerCount: parameters.layerCount)
        rope = try reader.rope(RotaryEmbedding(reader, parameters), style: .halves)
        embedding = try EncoderEmbedding(reader, parameters, hasPositions: false)
        var layers: [Layer] = []
        for index in 0..<parameters.layerCount {
            let prefix = "blk.\(index)."
            layers.append(
                Layer(
                    projections: try AttentionProjections(reader, prefix, parameters),
                    norms: try EncoderNorms(reader, prefix, parameters),
                    feedForward: .dense(try DenseFeedForward(reader, prefix, parameters, function: .silu))))
        }
        self.layers = layers
    }

    package func forward(_ pass: inout ForwardPass) {
        let headLength = hyperparameters.keyLength
        var x = pass.embed(embedding)  // [tokens, embeddingLength]
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let weights = layer.projections
            let q = pass.rope(pass.linear(x, weights.query, bias: weights.queryBias), headLength: headLength, rope)
            let k = pass.rope(pass.linear(x, weights.key, bias: weights.keyBias), headLength: headLength, rope)
            let v = pass.linear(x, weights.value, bias: weights.valueBias)
            var attended = pass.attend(q, k, v, attention)  // [tokens, headCount · valueLength]
            if index == layers.count - 1 { (x, attended) = (pass.outputRows(x), pass.outputRows(attended)) }
            x = pass.add(x, pass.linear(attended, weights.output, bias: weights.outputBias))
            x = pass.layerNorm(inPlace: x, layer.norms.attention)
            x = pass.add(x, pass.feedForward(x, layer.feedForward))
            x = pass.layerNorm(inPlace: x, layer.norms.output)
        }
        pass.finish(states: x)  // [logit rows, embeddingLength]
    }
}
