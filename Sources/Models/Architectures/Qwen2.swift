package import Compute

/// Qwen2 and Qwen2.5, dense decoders.
///
/// Differs from Llama: biases on query, key and value; rotary positions pair the halves of a head.
/// *Source*: Qwen2 Technical Report, arXiv:2407.10671.
package struct Qwen2: Architecture {
    package static let names = ["qwen2"]

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: TokenEmbedding
    private let layers: [DecoderLayer]
    private let rope: RoPEHandle
    private let attention: Attention

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        hyperparameters = try Hyperparameters(reader)
        attention = try Attention(reader, hyperparameters)
        layerStates = Array(repeating: LayerState(attention), count: hyperparameters.layerCount)
        rope = try reader.rope(RotaryEmbedding(reader, hyperparameters), style: .halves)
        embedding = try TokenEmbedding(reader, hyperparameters)
        layers = try DecoderLayer.layers(reader, hyperparameters)
    }

    package func forward(_ pass: inout ForwardPass) {
        let (epsilon, headLength) = (hyperparameters.normEpsilon, hyperparameters.keyLength)
        var x = pass.embed(embedding.table)  // [tokens, embeddingLength]
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let weights = layer.projections
            let h = pass.rmsNorm(x, layer.attentionNorm, epsilon: epsilon)
            let q = pass.rope(pass.linear(h, weights.query, bias: weights.queryBias), headLength: headLength, rope)
            let k = pass.rope(pass.linear(h, weights.key, bias: weights.keyBias), headLength: headLength, rope)
            let v = pass.linear(h, weights.value, bias: weights.valueBias)
            var attended = pass.attend(q, k, v, attention)
            if index == layers.count - 1 { (x, attended) = (pass.outputRows(x), pass.outputRows(attended)) }
            x = pass.add(x, pass.linear(attended, weights.output, bias: weights.outputBias))
            let f = pass.rmsNorm(x, layer.feedForwardNorm, epsilon: epsilon)
            x = pass.add(x, pass.feedForward(f, layer.feedForward))
        }
        pass.finish(states: pass.rmsNorm(x, embedding.outputNorm, epsilon: epsilon)) { pass, states in
            pass.linear(states, embedding.output)  // [logit rows, vocabularySize]
        }
    }
}
