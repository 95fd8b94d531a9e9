import Compute

/// A gated feed-forward layer: `down(activation(gate(x)) · up(x))`, each with a bias where the file has one.
///
/// *Source*: GLU variants, arXiv:2002.05202.
struct GatedFeedForward: Sendable {
    let gate: WeightHandle  // ffn_gate [feedForwardLength, embeddingLength]
    let up: WeightHandle  // ffn_up     [feedForwardLength, embeddingLength]
    let down: WeightHandle  // ffn_down [embeddingLength, feedForwardLength]
    let gateBias: VectorHandle?
    let upBias: VectorHandle?
    let downBias: VectorHandle?

    /// Loads the matrices of the layer whose tensors start with `prefix`.
    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        let (width, length) = (parameters.embeddingLength, parameters.feedForwardLength)
        guard length > 0 else { throw reader.missing("feed_forward_length", "positive integer") }
        gate = try reader.matrix(prefix + "ffn_gate.weight", rows: length, columns: width)
        up = try reader.matrix(prefix + "ffn_up.weight", rows: length, columns: width)
        down = try reader.matrix(prefix + "ffn_down.weight", rows: width, columns: length)
        gateBias = try reader.optionalVector(prefix + "ffn_gate.bias", count: length)
        upBias = try reader.optionalVector(prefix + "ffn_up.bias", count: length)
        downBias = try reader.optionalVector(prefix + "ffn_down.bias", count: width)
    }

    /// Whether the composite operation, which knows no biases, will do.
    var hasBias: Bool { gateBias != nil || upBias != nil || downBias != nil }
}

/// A mixture of gated feed-forward layers: a router picks the best few experts for each token, whose
/// outputs are summed with the router's weights.
///
/// *Source*: Mixtral, arXiv:2401.04088.
struct ExpertFeedForward: Sendable {
    let router: WeightHandle  // ffn_gate_inp  [expertCount, embeddingLength]
    let gate: WeightHandle  // ffn_gate_exps   [expertCount, expertFeedForwardLength, embeddingLength]
    let up: WeightHandle  // ffn_up_exps       [expertCount, expertFeedForwardLength, embeddingLength]
    let down: WeightHandle  // ffn_down_exps   [expertCount, embeddingLength, expertFeedForwardLength]
    let expertUsedCount: Int

    /// Loads the stacked matrices of the layer whose tensors start with `prefix`.
    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        let (width, length) = (parameters.embeddingLength, parameters.expertFeedForwardLength)
        let count = parameters.expertCount
        guard count > 0, length > 0 else {
            throw reader.missing("expert_count", "positive integer")
        }
        router = try reader.matrix(prefix + "ffn_gate_inp.weight", rows: count, columns: width)
        gate = try reader.experts(prefix + "ffn_gate_exps.weight", count: count, rows: length, columns: width)
        up = try reader.experts(prefix + "ffn_up_exps.weight", count: count, rows: length, columns: width)
        down = try reader.experts(prefix + "ffn_down_exps.weight", count: count, rows: width, columns: length)
        expertUsedCount = parameters.expertUsedCount
    }
}

/// What follows attention in a layer: one gated network, or a mixture of them.
enum FeedForward: Sendable {
    case dense(GatedFeedForward)
    case experts(ExpertFeedForward)

    /// Loads whichever the hyperparameters ask for.
    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        self =
            parameters.expertCount > 0
            ? .experts(try ExpertFeedForward(reader, prefix, parameters))
            : .dense(try GatedFeedForward(reader, prefix, parameters))
    }
}

extension ForwardPass {
    /// The feed-forward layer on `x`, its gate through `activation`.
    mutating func feedForward(
        _ x: Activation, _ layer: FeedForward, gatedBy activation: GateActivation = .silu
    ) -> Activation {
        switch layer {
        case .dense(let dense):
            return gatedFeedForward(x, gate: dense.gate, up: dense.up, down: dense.down, activation)
        case .experts(let experts):
            let routing = routeExperts(linear(x, experts.router), usedCount: experts.expertUsedCount)
            return expertFeedForward(x, routing, gate: experts.gate, up: experts.up, down: experts.down, activation)
        }
    }
}
