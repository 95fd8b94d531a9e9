import Foundation

/// Finds the server that a command talks to.
///
/// Where `SWIFTLLM_HOST` or `OLLAMA_HOST` (or their default) leads to a server, that one; where nobody listens, a
/// private one inside this process, at a Unix socket that only this user may open.
struct ServerConnection: Sendable {
    /// What to do where nobody listens.
    enum Absence: Sendable {
        /// Start a private server.
        case starts
        /// Say that there is none.
        case fails
    }

    let server: ModelServer
    private let end: @Sendable () async -> Void

    /// - Parameters:
    ///   - connect: a transport to an address.
    ///   - probe: whether somebody listens there.
    ///   - start: starts a private server.
    static func open(
        absence: Absence = .starts, environment: [String: String] = ProcessInfo.processInfo.environment,
        stack: ServerAccess = .standard
    ) async throws -> ServerConnection {
        let address = ServerAddress(environment: environment).reachable
        if await stack.isListening(address) {
            return ServerConnection(server: ModelServer(stack.transport(address))) {}
        }
        guard absence == .starts else {
            throw InputError("no server is listening at \(address); 'swiftllm serve' starts one")
        }
        let own = try await stack.start()
        return ServerConnection(server: ModelServer(stack.transport(own.address)), end: own.stop)
    }

    private init(server: ModelServer, end: @escaping @Sendable () async -> Void) {
        self.server = server
        self.end = end
    }

    /// Ends a private server.
    func close() async { await end() }

    /// Opens a connection, hands it over and closes it however that ends.
    static func with<Result: Sendable>(
        absence: Absence = .starts, _ body: (ModelServer) async throws -> Result
    ) async throws -> Result {
        let connection = try await open(absence: absence)
        do {
            let result = try await body(connection.server)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
