import Compute

extension LayerNorm {
    /// Loads `name.weight` and `name.bias`, one value per column of the model.
    init(_ reader: borrowing WeightReader, _ name: String, _ parameters: Hyperparameters) throws(ModelError) {
        self.init(
            weight: try reader.vector(name + ".weight", count: parameters.embeddingLength),
            bias: try reader.optionalVector(name + ".bias", count: parameters.embeddingLength),
            epsilon: parameters.normEpsilon)
    }
}
