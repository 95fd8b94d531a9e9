package import GGUF
package import Inference

/// A model that can be loaded: what it is called, and how its file is opened.
package struct ModelSource: Sendable {
    /// The name that people see.
    package let name: String
    /// What tells loaded models apart: two names of one file share a loaded model.
    package let key: String
    /// What it is wanted for: all purposes share its weights.
    package private(set) var purpose = LoadOptions.Purpose.generation
    /// Opens the file.
    package let open: @Sendable () throws -> GGUFFile
    /// Opens the adapter that belongs to it; nil without one.
    package let openAdapter: (@Sendable () throws -> GGUFFile)?

    package init(
        name: String, key: String, open: @escaping @Sendable () throws -> GGUFFile,
        openAdapter: (@Sendable () throws -> GGUFFile)? = nil
    ) {
        self.name = name
        self.key = key
        self.open = open
        self.openAdapter = openAdapter
    }

    /// The same model, wanted for embeddings.
    package var forEmbedding: ModelSource {
        var source = self
        source.purpose = .embedding
        return source
    }
}
