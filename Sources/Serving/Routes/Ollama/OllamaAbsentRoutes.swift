import HTTP
import WireFormats

/// What clients of Ollama may ask for and this server does not have, answered so that they know.
extension OllamaRoutes {
    /// `POST /api/me`: nobody signs in here.
    static func account(_ call: RouteCall) async throws { throw OllamaServerInfo.signedOut }

    /// `POST /api/signout` and `DELETE /api/user/keys/:key`
    static func signOut(_ call: RouteCall) async throws { try await call.reply(status: .ok) }

    /// `POST /api/experimental/web_search` and `web_fetch`
    static func web(_ call: RouteCall) async throws { throw OllamaServerInfo.webDisabled }

    /// `GET /api/experimental/model-recommendations`: small models of families that this engine runs.
    static func recommendations(_ call: RouteCall) async throws {
        try await call.reply(
            OllamaServerInfo.recommendationsBody([
                (name: "llama3.2:3b", description: "General use in 2 GB"),
                (name: "qwen3:4b", description: "Thinks before it answers, calls tools"),
                (name: "all-minilm", description: "Embeddings of short English texts"),
            ]))
    }
}
