import WireFormats

extension OllamaRoutes {
    /// `POST /api/embed`
    static func embed(_ call: RouteCall) async throws {
        let request = try OllamaEmbed.decode(try await call.json())
        let answer = try await call.server.answers.embed(request)
        try await call.reply(
            bytes: OllamaEmbed.body(
                model: request.model, vectors: answer.vectors, promptTokens: answer.promptTokens,
                durations: answer.durations))
    }

    /// `POST /api/embeddings`, the older form: one vector, as the model gives it.
    static func embedSingle(_ call: RouteCall) async throws {
        let request = try OllamaEmbed.decodeSingle(try await call.json())
        let answer = try await call.server.answers.embed(request, normalized: false)
        try await call.reply(bytes: OllamaEmbed.singleBody(answer.vectors.first ?? []))
    }
}
