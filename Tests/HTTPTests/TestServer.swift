import Foundation
import HTTP
import Platform
import Synchronization
import Testing

extension HTTPServer.Configuration {
    /// Limits of time that a busy machine does not reach; tests of a limit set that one.
    static var patient: HTTPServer.Configuration {
        var configuration = HTTPServer.Configuration()
        configuration.headTime = .seconds(150)
        configuration.bodyTime = .seconds(150)
        configuration.stream.stallTime = .seconds(150)
        configuration.stream.lingerTime = .seconds(20)
        return configuration
    }
}

/// A server on a free port of this machine, shut down at the end of `run`.
struct TestServer {
    let server: HTTPServer
    let address: SocketAddress
    private let connector = SocketConnector()

    /// Starts a server, runs `body`, and shuts the server down.
    static func run(
        _ configuration: HTTPServer.Configuration = .patient, handler: @escaping HTTPServer.Handler,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = HTTPServer(configuration, handler: handler)
        let addresses = try server.start()
        let address = try #require(addresses.first)
        do {
            try await body(TestServer(server: server, address: address))
        } catch {
            await server.shutDown(grace: .zero)
            throw error
        }
        await server.shutDown(grace: .zero)
    }

    var endpoint: HTTPEndpoint {
        switch address {
        case .internet(let ip, let port): .host("\(ip)", port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    func url(_ target: String) throws -> HTTPURL { try HTTPURL(endpoint, target: target) }

    /// A connection to write bytes to by hand.
    func connect() async throws -> RawConnection {
        RawConnection(stream: try await connector.connect(to: endpoint, within: .seconds(100)))
    }
}

/// A connection that a test writes to and reads from by hand.
final class RawConnection: Sendable {
    let stream: SocketStream
    private let unread = Mutex("")

    init(stream: SocketStream) { self.stream = stream }

    deinit { stream.close() }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// Reads up to and with a text; nil if the connection ends before.
    func read(upTo end: String) async throws -> String? {
        while true {
            let found = unread.withLock { unread -> String? in
                guard let range = unread.range(of: end) else { return nil }
                defer { unread = String(unread[range.upperBound...]) }
                return String(unread[..<range.upperBound])
            }
            if let found { return found }
            guard let bytes = try await stream.read(until: .now + .seconds(100)) else { return nil }
            unread.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
    }

    /// Reads to the end of the connection, or to where it broke.
    func readToEnd() async -> String {
        while let bytes = try? await stream.read(until: .now + .seconds(100)) {
            unread.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        return unread.withLock { $0 }
    }
}

/// Something that a handler tells a test, once.
final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ value: Value) { continuation.yield(value) }

    /// Waits for the value; a signal that never comes ends the test by its time limit.
    func wait() async throws -> Value {
        for await value in stream { return value }
        throw CancellationError()
    }
}
