import Embedded

/// Files that are part of the binary.
package enum EmbeddedFiles {
    /// The bundled model, a GGUF file.
    package static var model: MappedBytes {
        unsafe MappedBytes(
            borrowing: UnsafeRawBufferPointer(start: embedded_model_start, count: embedded_model_count),
            name: "the bundled model")
    }

    /// The chat page, one HTML file with one `<script>` and one `<style>` element, neither with attributes.
    ///
    /// It is to be served with a Content-Security-Policy that allows the SHA-256 of what these two contain, connections
    /// to `'self'`, `data:` images (its icon), and nothing else.
    package static var chatPage: MappedBytes {
        unsafe MappedBytes(
            borrowing: UnsafeRawBufferPointer(start: embedded_chat_page_start, count: embedded_chat_page_count),
            name: "the chat page")
    }
}
