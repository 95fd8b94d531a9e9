import Compute

/// A feed-forward layer without a gate: `down(activation(up(x)))`, each matrix with a bias where the file has one.
struct PlainFeedForward: Sendable {
    let up: WeightHandle  // ffn_up     [feedForwardLength, embeddingLength]
    let down: WeightHandle  // ffn_down [embeddingLength, feedForwardLength]
    let upBias: VectorHandle?
    let downBias: VectorHandle?
    let function: GateFunction

    /// Loads the matrices of the layer whose tensors start with `prefix`.
    init(
        _ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters, function: GateFunction
    ) throws(ModelError) {
        let (width, length) = (parameters.embeddingLength, parameters.feedForwardLength)
        guard length > 0 else { throw reader.missing("feed_forward_length", "positive integer") }
        up = try reader.matrix(prefix + "ffn_up.weight", rows: length, columns: width)
        down = try reader.matrix(prefix + "ffn_down.weight", rows: width, columns: length)
        upBias = try reader.optionalVector(prefix + "ffn_up.bias", count: length)
        downBias = try reader.optionalVector(prefix + "ffn_down.bias", count: width)
        self.function = function
    }
}

extension ForwardPass {
    /// The feed-forward layer on `x`.
    mutating func feedForward(_ x: Activation, _ layer: PlainFeedForward) -> Activation {
        let inner = activate(linear(x, layer.up, bias: layer.upBias), layer.function)
        return linear(inner, layer.down, bias: layer.downBias)
    }
}
