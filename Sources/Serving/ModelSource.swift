package import GGUF
package import Inference

/// A model that can be loaded: what it is called, and how its file is opened.
package struct ModelSource: Sendable {
    /// The name that people see.
    package let name: String
    /// What tells loaded models apart: two names of one file share a loaded model.
    package private(set) var key: String
    /// What it is loaded for.
    package private(set) var purpose = LoadOptions.Purpose.generation
    /// Opens the file.
    package let open: @Sendable () throws -> GGUFFile

    package init(name: String, key: String, open: @escaping @Sendable () throws -> GGUFFile) {
        self.name = name
        self.key = key
        self.open = open
    }

    /// The same file, loaded for embeddings.
    var forEmbedding: ModelSource {
        var source = self
        source.purpose = .embedding
        source.key += "\u{0}embedding"
        return source
    }
}
