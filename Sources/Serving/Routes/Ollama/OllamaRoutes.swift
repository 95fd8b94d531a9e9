import HTTP
import WireFormats

/// Ollama's own routes.
enum OllamaRoutes {
    /// `GET /`: the chat page for browsers, Ollama's line for everybody else.
    static func root(_ call: RouteCall) async throws {
        if call.request.headers["Accept"]?.contains("text/html") == true {
            let page = call.server.page
            return try await call.responder.send(HTTPResponse(.ok, headers: page.headers, body: page.bytes))
        }
        try await call.reply(text: OllamaServerInfo.greeting)
    }

    /// `GET /api/version`
    static func version(_ call: RouteCall) async throws {
        try await call.reply(OllamaServerInfo.versionBody(call.server.version))
    }

    /// `GET /api/status`: there is no cloud here.
    static func status(_ call: RouteCall) async throws {
        try await call.reply(OllamaServerInfo.statusBody)
    }
}
