package import Compute

/// A model family: its hyperparameters and weights, and the wiring between operations.
///
/// One architecture is one file under `Architectures/` that reads like its paper, and one row of
/// `ArchitectureRegistry`. What two families share is an operation or a layer, never an `if`.
package protocol Architecture: Sendable {
    /// What GGUF's `general.architecture` says.
    static var names: [String] { get }

    /// Reads hyperparameters and loads weights.
    init(_ reader: borrowing WeightReader) throws(ModelError)

    var hyperparameters: Hyperparameters { get }

    /// What each layer remembers between steps, in order.
    var layerStates: [LayerState] { get }

    /// Computes one step: from the batch's tokens to the states, and if the step is for them to the logits, of the rows
    /// that want them.
    func forward(_ pass: inout ForwardPass)
}
