import HTTP
import WireFormats

extension OpenAIRoutes {
    /// `POST /v1/embeddings`
    static func embeddings(_ call: RouteCall) async throws {
        let request = try OpenAIEmbeddings.decode(try await call.json())
        let answer = try await call.server.answers.embed(request)
        try await call.reply(
            bytes: OpenAIEmbeddings.body(
                model: request.model, vectors: answer.vectors, encoding: request.encoding,
                promptTokens: answer.promptTokens))
    }

    /// `POST /v1/rerank`
    static func rerank(_ call: RouteCall) async throws {
        let request = try Rerank.decode(try await call.json())
        let (scores, promptTokens) = try await call.server.answers.rank(request)
        let head = call.head(request.model, idPrefix: "rerank-")
        try await call.reply(
            Rerank.body(head: head, request: request, scores: scores, promptTokens: promptTokens))
    }

    /// `/v1/audio/…` and `/v1/images/…`
    static func media(_ call: RouteCall) async throws { throw OpenAIModels.unsupported(call.request.path) }
}
