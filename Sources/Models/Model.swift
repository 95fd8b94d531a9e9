package import Compute
package import GGUF
import Platform

/// A model file made ready to compute: its architecture with all weights loaded into a backend.
package struct Model: Sendable {
    package let architecture: any Architecture
    package let metadata: Metadata

    package var hyperparameters: Hyperparameters { architecture.hyperparameters }
    package var layerStates: [LayerState] { architecture.layerStates }

    /// Loads a model.
    ///
    /// - Parameter progress: told the bytes of each tensor when it is loaded; their sum is `weightBytes(of:)`.
    /// - Throws: `ModelError` for a file that is no model of a known architecture.
    package init(
        _ file: GGUFFile, backend: any Backend,
        progress: @escaping @Sendable (_ tensorBytes: Int) -> Void = { _ in }
    ) throws(ModelError) {
        let reader = try WeightReader(file, backend: backend, progress: progress)
        let type = try ArchitectureRegistry.architecture(named: reader.architecture)
        architecture = try type.init(reader)
        metadata = file.metadata
    }

    /// Bytes of all tensors in a file.
    package static func weightBytes(of file: GGUFFile) -> Int { file.tensors.reduce(0) { $0 + $1.bytes.count } }
}
