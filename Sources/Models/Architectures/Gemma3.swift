package import Compute
import Platform

/// Gemma 3, text decoders.
///
/// Differs from Qwen3: embeddings scaled by √embeddingLength; norms around attention and feed-forward ("sandwich");
/// GELU in place of SiLU; five sliding-window layers to one global, each kind with its own RoPE base, and scaling
/// only on global ones; optional soft cap on the logits. The file's norm weights already hold Gemma's `1 + w`.
/// *Source*: Gemma 3 Technical Report, arXiv:2503.19786.
package struct Gemma3: Architecture {
    package static let names = ["gemma3"]

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: TokenEmbedding
    private let layers: [Layer]
    private let finalSoftCap: Float?

    private struct Layer {
        let weights: DecoderLayer
        let headNorms: HeadNorms
        let attentionPostNorm: VectorHandle  // post_attention_norm [embeddingLength]
        let feedForwardPostNorm: VectorHandle  // post_ffw_norm     [embeddingLength]
        let rope: RoPE
        let attention: Attention
    }

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        let parameters = try Hyperparameters(reader)
        hyperparameters = parameters
        finalSoftCap = try reader.optionalFloat("final_logit_softcapping", atLeast: 0).flatMap { $0 == 0 ? nil : $0 }
        embedding = try TokenEmbedding(reader, parameters)

        let global = try Self.attention(reader, parameters)
        var local = global
        local.window = try Attention(reader, parameters).window
        let globalRoPE = try RoPE(reader, parameters, pairing: .halves)
        let localRoPE = RoPE(
            base: Double(try reader.optionalFloat("rope.freq_base_swa", above: 0) ?? 10_000), parameters,
            pairing: .halves)
        let isLocal = try Self.localLayers(reader, parameters)
        var layers: [Layer] = []
        for index in 0..<parameters.layerCount {
            let prefix = "blk.\(index)."
            let width = parameters.embeddingLength
            layers.append(
                Layer(
                    weights: try DecoderLayer(reader, prefix, parameters),
                    headNorms: try HeadNorms(reader, prefix, parameters),
                    attentionPostNorm: try reader.vector(prefix + "post_attention_norm.weight", count: width),
                    feedForwardPostNorm: try reader.vector(prefix + "post_ffw_norm.weight", count: width),
                    rope: isLocal[index] ? localRoPE : globalRoPE, attention: isLocal[index] ? local : global))
        }
        self.layers = layers
        layerStates = layers.map { LayerState(parameters, window: $0.attention.window) }
    }

    package func forward(_ pass: inout ForwardPass) {
        let epsilon = hyperparameters.normEpsilon
        var x = pass.scale(pass.embed(embedding.table), by: Float(hyperparameters.embeddingLength).squareRoot())
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let (weights, norms) = (layer.weights, layer.headNorms)
            let h = pass.rmsNorm(x, weights.attentionNorm, epsilon: epsilon)
            let q = pass.headNorm(pass.linear(h, weights.projections.query), norms.query, epsilon: epsilon)
            let k = pass.headNorm(pass.linear(h, weights.projections.key), norms.key, epsilon: epsilon)
            let v = pass.linear(h, weights.projections.value)
            var attended = pass.attend(pass.rope(q, layer.rope), pass.rope(k, layer.rope), v, layer.attention)
            if index == layers.count - 1 { (x, attended) = (pass.outputRows(x), pass.outputRows(attended)) }
            let a = pass.linear(attended, weights.projections.output)
            x = pass.add(x, pass.rmsNorm(a, layer.attentionPostNorm, epsilon: epsilon))
            let f = pass.rmsNorm(x, weights.feedForwardNorm, epsilon: epsilon)
            let out = pass.feedForward(f, weights.feedForward, gatedBy: .geluTanh)
            x = pass.add(x, pass.rmsNorm(out, layer.feedForwardPostNorm, epsilon: epsilon))
        }
        var logits = pass.linear(pass.rmsNorm(x, embedding.outputNorm, epsilon: epsilon), embedding.output)
        if let finalSoftCap { logits = pass.softCap(logits, finalSoftCap) }
        pass.finish(logits: logits)
    }

    /// Attention of the global layers. The 27B model (62 layers) scales scores by its width per head, not by its
    /// key length; no key of the file says so.
    private static func attention(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters
    ) throws(ModelError) -> Attention {
        var attention = try Attention(reader, parameters)
        attention.window = nil
        attention.softCap = try reader.optionalFloat("attn_logit_softcapping", atLeast: 0).flatMap { $0 == 0 ? nil : $0 }
        if parameters.layerCount == 62, try reader.optionalFloat("attention.scale") == nil {
            attention.scale = 1 / Float(parameters.embeddingLength / parameters.headCount).squareRoot()
        }
        return attention
    }

    /// Which layers look back through a window only: all but every sixth, unless the file has its own pattern.
    private static func localLayers(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters
    ) throws(ModelError) -> [Bool] {
        let pattern = try reader.optionalCounts("attention.sliding_window_pattern") ?? [6]
        guard pattern.count > 1 else {
            let period = pattern.first ?? 6
            return (0..<parameters.layerCount).map { period <= 0 || $0 % period < period - 1 }
        }
        guard pattern.count >= parameters.layerCount else {
            throw .invalidHyperparameter(
                key: "\(parameters.architecture).attention.sliding_window_pattern",
                expected: "one entry for each of \(parameters.layerCount) layers", found: "\(pattern.count) entries")
        }
        return pattern.prefix(parameters.layerCount).map { $0 != 0 }
    }
}
