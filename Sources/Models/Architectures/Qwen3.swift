package import Compute

/// Qwen3, dense decoders, and its mixture-of-experts siblings (`qwen3moe`).
///
/// Differs from Qwen2: RMS norm on every query and key head before RoPE; no biases. The mixture has 128 experts, of
/// which a softmax over the chosen eight weighs the outputs.
/// *Source*: Qwen3 Technical Report, arXiv:2505.09388.
package struct Qwen3: Architecture {
    package static let names = ["qwen3", "qwen3moe"]

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: TokenEmbedding
    private let layers: [DecoderLayer]
    private let headNorms: [HeadNorms]
    private let rope: RoPEHandle
    private let attention: Attention

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        hyperparameters = try Hyperparameters(reader)
        attention = try Attention(reader, hyperparameters)
        layerStates = Array(repeating: LayerState(attention), count: hyperparameters.layerCount)
        rope = try reader.rope(RotaryEmbedding(reader, hyperparameters), style: .halves)
        embedding = try TokenEmbedding(reader, hyperparameters)
        layers = try DecoderLayer.layers(reader, hyperparameters)
        headNorms = try HeadNorms.layers(reader, hyperparameters)
    }

    package func forward(_ pass: inout ForwardPass) {
        let (epsilon, headLength) = (hyperparameters.normEpsilon, hyperparameters.keyLength)
        var x = pass.embed(embedding.table)  // [tokens, embeddingLength]
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let (weights, norms) = (layer.projections, headNorms[index])
            let h = pass.rmsNorm(x, layer.attentionNorm, epsilon: epsilon)
            let q = pass.linear(h, weights.query, bias: weights.queryBias)
            let k = pass.linear(h, weights.key, bias: weights.keyBias)
            let v = pass.linear(h, weights.value, bias: weights.valueBias)
            var attended = pass.attend(
                pass.rope(pass.headNorm(q, norms.query, epsilon: epsilon), headLength: headLength, rope),
                pass.rope(pass.headNorm(k, norms.key, epsilon: epsilon), headLength: headLength, rope), v, attention)
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
