package import JSON

/// `GET /v1/models` and `GET /v1/models/{model}`.
package enum OpenAIModels {
    /// One model of the list.
    package struct Model: Sendable, Equatable {
        package var id: String
        package var created: Timestamp
        /// The name's namespace; Ollama's own models are in `library`.
        package var owner: String
        /// The context that the model was trained for; an extension that vLLM's clients read.
        package var contextLength: Int?

        package init(id: String, created: Timestamp, owner: String = "library", contextLength: Int? = nil) {
            self.id = id
            self.created = created
            self.owner = owner
            self.contextLength = contextLength
        }
    }

    /// The list.
    package static func body(_ models: [Model]) -> JSONValue {
        ["object": "list", "data": .array(models.map(body))]
    }

    /// One model.
    package static func body(_ model: Model) -> JSONValue {
        .object(
            present: ("id", .string(model.id)), ("object", "model"), ("created", .integer(model.created.seconds)),
            ("owned_by", .string(model.owner)), ("max_model_len", model.contextLength.map { .integer($0) }))
    }

    /// No such model, in OpenAI's words.
    package static func notFound(_ name: String) -> WireError {
        WireError(.notFound, "model '\(name)' not found", parameter: "model", code: "model_not_found")
    }

    /// What is asked of a `/v1` route that this server does not have: sound and pictures.
    package static func unsupported(_ what: String) -> WireError {
        WireError(.unsupported, "\(what) is not supported: this server runs text models only", code: "unsupported")
    }
}
