import Foundation
import HTTP
import Inference
import JSON
import Serving

/// How commands reach servers; tests bring their own.
struct ServerAccess: Sendable {
    /// A server inside this process.
    struct Private: Sendable {
        let address: ServerAddress
        let stop: @Sendable () async -> Void
    }

    /// Whether a server listens at an address.
    let isListening: @Sendable (ServerAddress) async -> Bool
    let transport: @Sendable (ServerAddress) -> any ServerTransport
    /// Starts a private server.
    let start: @Sendable () async throws -> Private

    static let standard = ServerAccess(
        isListening: { await HTTPTransport($0).isListening },
        transport: { HTTPTransport($0) },
        start: { try await startPrivateServer() })

    /// A server at a Unix socket.
    private static func startPrivateServer() async throws -> Private {
        let parent = FileManager.default.temporaryDirectory
        SocketFolder.removeAbandoned(in: parent)
        let folder = try SocketFolder(in: parent)
        let path = folder.socketPath
        var settings = try ServerSettings(
            environment: ProcessInfo.processInfo.environment, home: NSHomeDirectory())
        do {
            settings.manager.load.notify = { notice in
                if case .largerThanMemory = notice { ErrorStream.write("\(notice)\n") }
            }
            let stack = try ServerStack.start(at: [.unix(path: path)], settings: settings)
            return Private(address: ServerAddress(socket: path)) {
                await stack.shutDown(grace: .zero)
                folder.remove()
            }
        } catch {
            folder.remove()
            throw error
        }
    }
}

/// Requests over HTTP.
private struct HTTPTransport: ServerTransport {
    private let address: ServerAddress
    private let client: HTTPClient
    private let probe: HTTPClient

    init(_ address: ServerAddress) {
        self.address = address
        var configuration = HTTPClient.Configuration()
        configuration.trust = HTTPTrust(environment: ProcessInfo.processInfo.environment)
        client = HTTPClient(configuration)
        configuration.connectTime = .seconds(3)
        probe = HTTPClient(configuration)
    }

    private func url(_ path: String) throws(HTTPError) -> HTTPURL {
        switch address.place {
        case .socket(let socket): return try HTTPURL(.unix(path: socket), target: path)
        case .host(let host, let port):
            let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            return try HTTPURL("http\(address.usesTLS ? "s" : "")://\(authority)\(address.pathPrefix)\(path)")
        }
    }

    var isListening: Bool {
        get async {
            do throws(HTTPError) {
                _ = try await probe.send(HTTPClientRequest("HEAD", try url("/")))
                return true
            } catch {
                // Somebody who answers something else is a server all the same, and will be told of by its answers.
                if case .cannotConnect = error { return false }
                return true
            }
        }
    }

    func send(_ method: String, _ path: String, body: ServerRequestBody) async throws -> ServerReply {
        var request = HTTPClientRequest(method, try url(path))
        switch body {
        case .none: break
        case .json(let json):
            request.headers.set("Content-Type", "application/json")
            request.body = .bytes(JSONWriter.bytes(json))
        case .chunks(let count, let next):
            request.headers.set("Content-Type", "application/octet-stream")
            request.body = .stream(count: count) { () async throws(HTTPError) in
                do { return try await next() } catch { throw .misused("\(error)") }
            }
        }
        let response = try await client.send(request)
        return ServerReply(status: response.status.code) { try await response.body.next() }
    }
}
