package import Compute
import Platform

/// Gemma 3, text decoders, and EmbeddingGemma (`gemma-embedding`), the encoder made of one.
///
/// Differs from Qwen3: embeddings scaled by √embeddingLength; norms around attention and feed-forward ("sandwich");
/// GELU in place of SiLU; five sliding-window layers to one global, each kind with its own RoPE base, and scaling
/// only on global ones; optional soft cap on the logits. The file's norm weights already hold Gemma's `1 + w`. In the
/// encoder tokens also see those after them, and half of a window lies to either side.
/// *Source*: Gemma 3 Technical Report, arXiv:2503.19786; EmbeddingGemma, arXiv:2509.20354.
package struct Gemma3: Architecture {
    package static let names = ["gemma3", encoderName]
    private static let encoderName = "gemma-embedding"

    package let hyperparameters: Hyperparameters
    package let layerStates: [LayerState]
    private let embedding: TokenEmbedding
    private let layers: [DecoderLayer]
    private let headNorms: [HeadNorms]
    private let postNorms: [PostNorms]
    /// Per layer: through a window, or over everything.
    private let attentions: [Attention]
    private let localRoPE: RoPEHandle
    private let globalRoPE: RoPEHandle
    private let finalSoftCap: Float?

    /// Norms of what attention and feed-forward add to the residual.
    private struct PostNorms {
        let attention: VectorHandle  // post_attention_norm [embeddingLength]
        let feedForward: VectorHandle  // post_ffw_norm     [embeddingLength]

        static func layers(
            _ reader: borrowing WeightReader, _ parameters: Hyperparameters
        ) throws(ModelError) -> [PostNorms] {
            var layers: [PostNorms] = []
            for index in 0..<parameters.layerCount {
                let (prefix, width) = ("blk.\(index).", parameters.embeddingLength)
                layers.append(
                    PostNorms(
                        attention: try reader.vector(prefix + "post_attention_norm.weight", count: width),
                        feedForward: try reader.vector(prefix + "post_ffw_norm.weight", count: width)))
            }
            return layers
        }
    }

    package init(_ reader: borrowing WeightReader) throws(ModelError) {
        var parameters = try Hyperparameters(reader)
        if reader.architecture == Self.encoderName { parameters.isCausal = false }
        hyperparameters = parameters
        finalSoftCap = try reader.optionalFloat("final_logit_softcapping", atLeast: 0).flatMap { $0 == 0 ? nil : $0 }
        embedding = try TokenEmbedding(reader, hyperparameters)
        let global = try Self.globalAttention(reader, hyperparameters)
        let local = try Self.localAttention(reader, hyperparameters, global: global)
        attentions = try Self.isLocal(reader, hyperparameters).map { $0 ? local : global }
        layerStates =
            hyperparameters.isCausal
            ? attentions.map { LayerState($0) } : global.sharedStates(layerCount: hyperparameters.layerCount)
        globalRoPE = try reader.rope(RotaryEmbedding(reader, hyperparameters), style: .halves)
        localRoPE = try reader.rope(
            RotaryEmbedding(
                base: Double(try reader.optionalFloat("rope.freq_base_swa", above: 0) ?? 10_000),
                rotaryLength: hyperparameters.ropeDimensionCount),
            style: .halves)
        layers = try DecoderLayer.layers(reader, hyperparameters, function: .geluTanh)
        headNorms = try HeadNorms.layers(reader, hyperparameters)
        postNorms = try PostNorms.layers(reader, hyperparameters)
    }

    package func forward(_ pass: inout ForwardPass) {
        let (epsilon, headLength) = (hyperparameters.normEpsilon, hyperparameters.keyLength)
        var x = pass.scale(pass.embed(embedding.table), by: Float(hyperparameters.embeddingLength).squareRoot())
        for (index, layer) in layers.enumerated() {
            pass.enter(layer: index)
            let (weights, headNorm, postNorm) = (layer.projections, headNorms[index], postNorms[index])
            let rope = attentions[index].window == nil ? globalRoPE : localRoPE
            let h = pass.rmsNorm(x, layer.attentionNorm, epsilon: epsilon)
            let q = pass.headNorm(pass.linear(h, weights.query), headNorm.query, epsilon: epsilon)
            let k = pass.headNorm(pass.linear(h, weights.key), headNorm.key, epsilon: epsilon)
            let v = pass.linear(h, weights.value)
            var attended = pass.attend(
                pass.rope(q, headLength: headLength, rope), pass.rope(k, headLength: headLength, rope), v,
                attentions[index])
            if index == layers.count - 1 { (x, attended) = (pass.outputRows(x), pass.outputRows(attended)) }
            x = pass.add(x, pass.rmsNorm(pass.linear(attended, weights.output), postNorm.attention, epsilon: epsilon))
            let f = pass.feedForward(pass.rmsNorm(x, layer.feedForwardNorm, epsilon: epsilon), layer.feedForward)
            x = pass.add(x, pass.rmsNorm(f, postNorm.feedForward, epsilon: epsilon))
        }
        pass.finish(states: pass.rmsNorm(x, embedding.outputNorm, epsilon: epsilon)) { pass, states in
            let logits = pass.linear(states, embedding.output)
            guard let finalSoftCap else { return logits }
            return pass.softCap(logits, finalSoftCap)
        }
    }

    /// Attention of the global layers. The 27B model (62 layers) scales scores by its width per head, not by its
    /// key length; no key of the file says so.
    private static func globalAttention(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters
    ) throws(ModelError) -> Attention {
        var attention = try Attention(reader, parameters)
        attention.window = nil
        if !parameters.isCausal { attention.cacheLayer = 0 }
        attention.softCap = try reader.optionalFloat("attn_logit_softcapping", atLeast: 0).flatMap {
            $0 == 0 ? nil : $0
        }
        if parameters.layerCount == 62, try reader.optionalFloat("attention.scale") == nil {
            attention.scale = 1 / Float(parameters.embeddingLength / parameters.headCount).squareRoot()
        }
        return attention
    }

    /// Attention of the layers with a window.
    private static func localAttention(
        _ reader: borrowing WeightReader, _ parameters: Hyperparameters, global: Attention
    ) throws(ModelError) -> Attention {
        var attention = global
        attention.window = try Attention(reader, parameters).window
        guard !parameters.isCausal, let window = attention.window else { return attention }
        attention.window = window / 2 + 1
        attention.ahead = window / 2
        return attention
    }

    /// Which layers look back through a window only: all but every sixth, unless the file has its own pattern.
    private static func isLocal(
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
