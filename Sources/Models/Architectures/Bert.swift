package import Compute

/// BERT, the encoder behind most small embedding models and rerankers (MiniLM, BGE, E5, GTE, RoBERTa and
/// XLM-RoBERTa, …).
///
/// Differs from a decoder: every token sees the whole text; positions are learned; layer norms follow each sublayer and
/// its residual ("post-norm"); exact GELU without a gate; biases everywhere. The file holds positions from where the
/// model starts to count.
/// *Source*: BERT, arXiv:1810.04805.
package struct Bert: Architecture {
    package static let names = ["bert"]

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: EncoderEmbedding
    private let layers: [Layer]
    private let attention: Attention

    private struct Layer {
        let projections: AttentionProjections
        let norms: EncoderNorms
        let feedForward: PlainFeedForward
    }

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        var parameters = try Hyperparameters(reader)
        parameters.isCausal = false
        hyperparameters = parameters
        attention = Attention(encoder: parameters)
        layerStates = attention.sharedStates(layerCount: parameters.layerCount)
        embedding = try EncoderEmbedding(reader, parameters, hasPositions: true)
        var layers: [Layer] = []
        for index in 0..<parameters.layerCount {
            let prefix = "blk.\(index)."
            layers.append(
                Layer(
                    projections: try AttentionProjections(reader, prefix, parameters),
                    norms: try EncoderNorms(reader, prefix, parameters),
                    feedForward: try PlainFeedForward(reader, prefix, parameters, function: .geluErf)))
        }
        self.layers = layers
    }

    package func forward(_ pass: inout ForwardPass) {
        var x = pass.embed(embedding)  // [tokens, embeddingLength]
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let weights = layer.projections
            let q = pass.linear(x, weights.query, bias: weights.queryBias)
            let k = pass.linear(x, weights.key, bias: weights.keyBias)
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
