package import JSON

/// What a model's config blob says. Fields that this program does not know stay as they are.
package struct ModelConfig: JSONRecord, Equatable, Sendable {
    package var fields: JSONObject

    /// A config of nothing yet.
    package init() {
        fields = JSONObject()
        for key in ["model_format", "model_family"] { fields[key] = "" }
        fields["model_families"] = []
        for key in ["model_type", "file_type"] { fields[key] = "" }
        fields["architecture"] = "amd64"
        fields["os"] = "linux"
    }

    /// Reads the bytes of a config.
    ///
    /// - Throws: `invalidJSON`, `invalidField`.
    package init(_ bytes: [UInt8], path: String) throws(ModelStorageError) {
        guard let fields = try JSONText.parse(bytes, path: path).objectValue else {
            throw .invalidField(path: path, field: "config", expected: "a JSON object")
        }
        self.fields = fields
    }

    /// The bytes to store.
    package var bytes: [UInt8] { JSONWriter.bytes(.object(fields)) }

    /// `gguf` or `safetensors`.
    package var format: String? {
        get { string("model_format") }
        set { set("model_format", newValue) }
    }

    /// The architecture, such as `qwen3`.
    package var family: String? {
        get { string("model_family") }
        set { set("model_family", newValue) }
    }

    /// Architectures of all parts: the model's and that of its projector.
    package var families: [String] {
        get { strings("model_families") }
        set { set("model_families", newValue) }
    }

    /// The number of parameters for people, such as `8.2B`.
    package var parameterSize: String? {
        get { string("model_type") }
        set { set("model_type", newValue) }
    }

    /// The quantisation's name, such as `Q4_K_M`.
    package var quantization: String? {
        get { string("file_type") }
        set { set("file_type", newValue) }
    }

    /// The built-in prompt writer to use in place of a template.
    package var renderer: String? {
        get { string("renderer") }
        set { set("renderer", newValue) }
    }

    /// The built-in reader of the model's output.
    package var parser: String? {
        get { string("parser") }
        set { set("parser", newValue) }
    }

    /// The least version of Ollama that the author asks for.
    package var requires: String? {
        get { string("requires") }
        set { set("requires", newValue) }
    }

    /// Where the model runs if not here; such an entry has no weights.
    package var remoteHost: String? { string("remote_host") }
    package var remoteModel: String? { string("remote_model") }
    package var capabilities: [String] { strings("capabilities") }
    package var contextLength: Int? { fields["context_length"]?.intValue }
    package var embeddingLength: Int? { fields["embedding_length"]?.intValue }

    /// Names the digests of all layers, as registries ask for.
    mutating func setLayers(_ digests: [BlobDigest]) {
        fields["rootfs"] = ["type": "layers", "diff_ids": .array(digests.map { .string($0.description) })]
    }
}
