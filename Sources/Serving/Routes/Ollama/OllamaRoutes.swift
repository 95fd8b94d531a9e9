import JSON

/// Ollama's own routes.
enum OllamaRoutes {
    /// `GET /`
    static func root(_ call: RouteCall) async throws {
        try await call.reply(text: "Ollama is running")
    }

    /// `GET /api/version`
    static func version(_ call: RouteCall) async throws {
        try await call.reply(["version": .string(call.server.version)])
    }

    /// `GET /api/status`: there is no cloud here.
    static func status(_ call: RouteCall) async throws {
        try await call.reply(["cloud": ["disabled": true, "source": "env"]])
    }
}
