import HTTP
import WireFormats

/// What clients of Ollama may ask for and this server does not have, answered so that they know.
extension OllamaRoutes {
    /// `POST /api/me`: nobody signs in here.
    static func account(_ call: RouteCall) async throws { throw OllamaServerInfo.signedOut }

    /// `POST /api/signout`
    static func signOut(_ call: RouteCall) async throws { try await call.reply(status: .ok) }
}
