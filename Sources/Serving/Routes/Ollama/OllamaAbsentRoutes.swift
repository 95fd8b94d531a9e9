import HTTP
import WireFormats

/// What clients of Ollama may ask for and this server does not have, answered so that they know.
extension OllamaRoutes {
    /// `POST /api/pull` and `POST /api/push`
    static func transfer(_ call: RouteCall) async throws {
        _ = try OllamaTransferRequest(try await call.json())
        throw WireError(
            .unsupported,
            "this server does not move models over the network yet; "
                + "make one of a GGUF file with 'create', or use a store that Ollama has filled")
    }

    /// `POST /api/me`: nobody signs in here.
    static func account(_ call: RouteCall) async throws { throw OllamaServerInfo.signedOut }

    /// `POST /api/signout`
    static func signOut(_ call: RouteCall) async throws { try await call.reply(status: .ok) }
}
