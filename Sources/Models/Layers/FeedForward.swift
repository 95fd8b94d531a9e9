import Compute

/// A dense feed-forward layer: `down(activation(gate(x)) · up(x))`, each with a bias where the file has one.
///
/// *Source*: GLU variants, arXiv:2002.05202.
struct DenseFeedForward: Sendable {
    /// ffn_gate, ffn_up `[feedForwardLength, embeddingLength]`, ffn_down `[embeddingLength, feedForwardLength]`.
    let weights: GatedFeedForward
    let gateBias: VectorHandle?
    let upBias: VectorHandle?
    let downBias: VectorHandle?

    /// Loads the matrices of the layer whose tensors start with `prefix`.
    init(
        _ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters, function: GateFunction
    ) throws(ModelError) {
        let (width, length) = (parameters.embeddingLength, parameters.feedForwardLength)
        guard length > 0 else { throw reader.missing("feed_forward_length", "positive integer") }
        weights = GatedFeedForward(
            gate: try reader.matrix(prefix + "ffn_gate.weight", rows: length, columns: width),
            up: try reader.matrix(prefix + "ffn_up.weight", rows: length, columns: width),
            down: try reader.matrix(prefix + "ffn_down.weight", rows: width, columns: length), function: function)
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
    let router: WeightHandle  // ffn_gate_inp [expertCount, embeddingLength]
    /// ffn_gate_exps, ffn_up_exps `[expertCount, expertFeedForwardLength, embeddingLength]`,
    /// ffn_down_exps `[expertCount, embeddingLength, expertFeedForwardLength]`.
    let experts: GatedFeedForward
    let routing: ExpertRouting

    /// Loads the stacked matrices of the layer whose tensors start with `prefix`.
    init(
        _ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters, function: GateFunction
    ) throws(ModelError) {
        let (width, length) = (parameters.embeddingLength, parameters.expertFeedForwardLength)
        let count = parameters.expertCount
        guard length > 0 else { throw reader.missing("expert_feed_forward_length", "positive integer") }
        router = try reader.matrix(prefix + "ffn_gate_inp.weight", rows: count, columns: width)
        experts = GatedFeedForward(
            gate: try reader.experts(prefix + "ffn_gate_exps.weight", count: count, rows: length, columns: width),
            up: try reader.experts(prefix + "ffn_up_exps.weight", count: count, rows: length, columns: width),
            down: try reader.experts(prefix + "ffn_down_exps.weight", count: count, rows: width, columns: length),
            function: function)
        routing = ExpertRouting(usedCount: parameters.expertUsedCount)
    }
}

/// What follows attention in a layer: one gated network, or a mixture of them.
enum FeedForward: Sendable {
    case dense(DenseFeedForward)
    case experts(ExpertFeedForward)

    /// Loads whichever the hyperparameters ask for.
    init(
        _ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters,
        function: GateFunction = .silu
    ) throws(ModelError) {
        self =
            parameters.expertCount > 0
            ? .experts(try ExpertFeedForward(reader, prefix, parameters, function: function))
            : .dense(try DenseFeedForward(reader, prefix, parameters, function: function))
    }
}

extension ForwardPass {
    /// The feed-forward layer on `x`.
    mutating func feedForward(_ x: Activation, _ layer: FeedForward) -> Activation {
        switch layer {
        case .dense(let dense):
            guard dense.hasBias else { return feedForward(x, dense.weights) }
            let gated = gate(
                linear(x, dense.weights.gate, bias: dense.gateBias), linear(x, dense.weights.up, bias: dense.upBias),
                dense.weights.function)
            return linear(gated, dense.weights.down, bias: dense.downBias)
        case .experts(let mixture):
            let chosen = routeExperts(linear(x, mixture.router), mixture.routing)
            return expertFeedForward(x, chosen, mixture.experts)
        }
    }
}
