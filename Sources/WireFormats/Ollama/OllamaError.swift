package import JSON

/// Ollama's error bodies, and the texts that its clients look for.
package enum OllamaError {
    /// `{"error": "…"}`, also the last line of a stream that broke.
    package static func body(_ error: WireError) -> JSONValue { ["error": .string(error.message)] }

    /// No such model, as chat, generate and show say it.
    package static func modelNotFound(_ name: String) -> WireError {
        WireError(.notFound, "model '\(name)' not found", parameter: "model", code: "model_not_found")
    }

    /// No such model, as the embedding routes say it.
    package static func modelNotFoundTryPulling(_ name: String) -> WireError {
        WireError(
            .notFound, "model \"\(name)\" not found, try pulling it first", parameter: "model", code: "model_not_found")
    }

    /// The request names no model.
    package static let modelRequired = WireError(.invalid, "model is required", parameter: "model")

    /// The request's model is no possible name.
    package static let invalidModelName = WireError(.invalid, "invalid model name", parameter: "model")

    /// The model lacks capabilities that the request needs, such as `tools` or `insert`.
    /// - Parameter fullName: with registry and namespace.
    package static func doesNotSupport(_ fullName: String, capabilities: [String]) -> WireError {
        let lines = capabilities.map { "\(fullName) does not support \($0)" }
        return WireError(.unsupported, lines.joined(separator: "\n"), parameter: "model")
    }

    /// The model cannot think, generate or chat at all.
    package static func doesNotSupport(_ name: String, _ ability: String) -> WireError {
        WireError(.unsupported, "\"\(name)\" does not support \(ability)", parameter: "model")
    }

    /// The queue is full. Two spaces, as Ollama has it.
    package static let busy = WireError(.busy, "server busy, please try again.  maximum pending requests exceeded")

    /// The prompt does not fit and may not be cut.
    package static func promptTooLong(promptTokens: Int, contextLength: Int) -> WireError {
        WireError(
            .invalid,
            "the prompt is longer than the context length currently available to the model; "
                + "it has \(promptTokens) tokens, the context \(contextLength)",
            parameter: "messages", code: "context_length_exceeded")
    }

    /// An input to embed does not fit and may not be cut.
    package static let inputTooLong = WireError(
        .invalid, "the input length exceeds the context length", parameter: "input", code: "context_length_exceeded")

    /// A model that would run elsewhere.
    package static let cloudDisabled = WireError(
        .forbidden, "ollama cloud is disabled: this server runs local models only", code: "cloud_disabled")

    /// A name that says both where its model runs.
    package static func localAndCloud(_ name: String) -> WireError {
        WireError(.invalid, "use either :local or :cloud, not both: \"\(name)\"", parameter: "model")
    }

    /// A request with an image or a sound, to a server that reads text alone.
    /// - Parameter path: where it lies in the request.
    package static func doesNotRead(_ media: Media, model: String, path: String) -> WireError {
        let (ability, part) = media.isSound ? ("audio", "a sound") : ("vision", "an image")
        return WireError(
            .unsupported, "\"\(model)\" does not support \(ability): \(path) has \(part), and only text is read here",
            parameter: path)
    }

    /// A blob that is not there.
    package static func blobNotFound(_ digest: String) -> WireError {
        WireError(.notFound, "blob \"\(digest)\" not found", parameter: "digest")
    }

    /// What was uploaded is not what its digest says.
    package static func digestMismatch(expected: String, found: String) -> WireError {
        WireError(.invalid, "digest mismatch, expected \"\(expected)\", got \"\(found)\"", parameter: "digest")
    }

    /// No digest at all.
    package static let invalidDigest = WireError(.invalid, "invalid digest format", parameter: "digest")
}
