package import GGUF

/// A model that can be loaded: what it is called, and how its file is opened.
package struct ModelSource: Sendable {
    /// The name that people see.
    package let name: String
    /// What tells loaded models apart: two names of one file share a loaded model.
    package let key: String
    /// Opens the file.
    package let open: @Sendable () throws -> GGUFFile

    package init(name: String, key: String, open: @escaping @Sendable () throws -> GGUFFile) {
        self.name = name
        self.key = key
        self.open = open
    }
}
