import Embedded

/// Files that are part of the binary.
package enum EmbeddedFiles {
    /// The bundled model, a GGUF file.
    package static var model: MappedBytes {
        unsafe MappedBytes(
            borrowing: UnsafeRawBufferPointer(start: embedded_model_start, count: embedded_model_count),
            name: "the bundled model")
    }
}
