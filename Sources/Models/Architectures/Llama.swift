package import Compute

/// Llama, dense and mixture-of-experts decoders, and every family that only changes its numbers
/// (Mistral, Mixtral, SmolLM, TinyLlama, …).
///
/// Pre-norm transformer with RMS norms, rotary positions on interleaved pairs (the converter reorders query and
/// key rows so), grouped-query attention and SwiGLU. A sliding window that the file states is obeyed.
/// *Source*: Llama 2, arXiv:2307.09288; Llama 3, arXiv:2407.21783; Mixtral, arXiv:2401.04088.
package struct Llama: Architecture {
    package static let names = ["llama"]

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
        rope = try reader.rope(RotaryEmbedding(reader, hyperparameters), style: .interleaved)
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
            var attended = pass.attend(q, k, v, attention)  // [tokens, headCount · valueLength]
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
