/// What a layer of a model holds.
package enum MediaType {
    package static let manifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let config = "application/vnd.docker.container.image.v1+json"

    /// Weights of the model itself, a GGUF file.
    package static let model = "application/vnd.ollama.image.model"
    /// Encoder of images or sound, a GGUF file.
    package static let projector = "application/vnd.ollama.image.projector"
    /// Low-rank adapter, a GGUF file.
    package static let adapter = "application/vnd.ollama.image.adapter"
    /// Draft model for speculative decoding, a GGUF file.
    package static let draft = "application/vnd.ollama.image.draft"
    package static let template = "application/vnd.ollama.image.template"
    /// An older name of `template`.
    package static let prompt = "application/vnd.ollama.image.prompt"
    package static let system = "application/vnd.ollama.image.system"
    package static let license = "application/vnd.ollama.image.license"
    /// A JSON object of options.
    package static let parameters = "application/vnd.ollama.image.params"
    /// A JSON array of messages.
    package static let messages = "application/vnd.ollama.image.messages"
}
