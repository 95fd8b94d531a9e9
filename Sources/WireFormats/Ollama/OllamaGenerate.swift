package import JSON

/// `POST /api/generate`.
package enum OllamaGenerate {
    /// Reads a request. An empty prompt means: load the model, or unload it where `keep_alive` is zero.
    /// - Throws: `invalid` where `raw` comes with what raw prompts do without.
    package static func decode(_ json: JSONValue) throws(WireError) -> CompletionRequest {
        let object = try RequestObject(json, dialect: .ollama)
        var request = CompletionRequest(
            model: try object.ollamaModel(), prompts: [.text(try object.string("prompt") ?? "")],
            style: ReplyStyle(streams: try object.bool("stream") ?? true))
        request.logProbabilities = try object.logProbabilities()
        request.suffix = try object.nonEmptyString("suffix")
        request.system = try object.nonEmptyString("system")
        request.template = try object.nonEmptyString("template")
        request.context = try object.tokens("context") ?? []
        request.isRaw = try object.bool("raw") ?? false
        request.media = try object.ollamaMedia()
        request.options = try object.ollamaOptions()
        request.responseFormat = try object.ollamaFormat()
        request.thinking = try object.ollamaThinking()
        request.keepAlive = try object.keepAlive()
        request.truncates = try object.bool("truncate")
        request.shifts = try object.bool("shift")
        request.rendersOnly = try object.bool("_debug_render_only") ?? false
        if request.isRaw, request.template != nil || request.system != nil || !request.context.isEmpty {
            throw WireError(.invalid, "raw mode does not support template, system, or context", parameter: "raw")
        }
        return request
    }

    /// The encoder of a streamed reply.
    package static func streamEncoder(head: ReplyHead) -> OllamaStreamEncoder {
        OllamaStreamEncoder(.generate, head: head)
    }

    /// The whole reply.
    /// - Throws: the error that ended the answer.
    package static func body(head: ReplyHead, reply: CollectedReply) throws(WireError) -> JSONValue {
        try OllamaReply.body(.generate, head: head, reply: reply)
    }

    /// The answer to a request without a prompt.
    /// - Parameter reason: `loaded` or `unloaded`.
    package static func loadBody(head: ReplyHead, reason: FinishReason) -> JSONValue {
        OllamaReply.loadBody(.generate, head: head, reason: reason)
    }

    /// The answer to `_debug_render_only`.
    package static func debugBody(head: ReplyHead, prompt: String, mediaCount: Int) -> JSONValue {
        OllamaReply.debugBody(.generate, head: head, prompt: prompt, mediaCount: mediaCount)
    }
}

extension RequestObject {
    /// A string; nil also if it is empty, which in Ollama's interface says the same as none.
    func nonEmptyString(_ name: String) throws(WireError) -> String? {
        try string(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}
