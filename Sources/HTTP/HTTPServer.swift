package import Platform
import Synchronization

/// An HTTP/1.1 server: one thread for all input and output, a task per connection, another per request in flight.
///
/// A server that was started runs until it is shut down, also if nobody holds it.
package final class HTTPServer: Sendable {
    /// Answers a request. Its task is cancelled when the client goes away.
    package typealias Handler = @Sendable (HTTPRequest, HTTPResponder) async -> Void

    /// What the server allows.
    package struct Configuration: Sendable {
        /// Where to listen; port 0 means any free port.
        package var endpoints: [HTTPEndpoint] = [.host("127.0.0.1", port: 0)]
        package var limits = HTTPLimits()
        package var stream = StreamLimits()
        /// How long a client may take for a request's head.
        package var headTime: Duration = .seconds(10)
        /// In each such time of waiting a body has to bring `bodyProgressBytes`, or its end.
        package var bodyTime: Duration = .seconds(30)
        package var bodyProgressBytes = 4096
        /// How long a connection may wait for its next request.
        package var idleTime: Duration = .seconds(120)
        /// Connections at a time, in all and of one peer (an address, or an IPv6 /64).
        package var connectionCount = 8192
        package var connectionCountPerPeer = 8192
        /// How much of a body that the handler did not read is read to save the connection.
        package var drainBytes = 256 * 1024
        /// Who may connect to Unix sockets.
        package var unixSocketMode: UInt16 = 0o600

        package init() {}
    }

    private let configuration: Configuration
    private let handler: Handler
    private let gate = DrainGate()
    private let loop = Mutex<EventLoop?>(nil)

    package init(_ configuration: Configuration, handler: @escaping Handler) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Listens and begins to serve.
    ///
    /// - Returns: the real addresses, with the ports that the system chose.
    /// - Throws: `cannotListen`.
    package func start() throws(HTTPError) -> [SocketAddress] {
        var listening: [ListeningSocket] = []
        for endpoint in configuration.endpoints {
            listening += try ListeningSocket.open(endpoint, unixMode: configuration.unixSocketMode)
        }
        let eventLoop = try EventLoop(name: "swiftllm.http")
        loop.withLock { $0 = eventLoop }
        let sockets = listening
        eventLoop.run { [configuration, gate, handler] core in
            let shared = Listener.Shared(configuration: configuration, eventLoop: eventLoop) { stream in
                let connection = Connection(
                    stream: stream, configuration: configuration, gate: gate, handler: handler)
                Task { await connection.run() }
            }
            for socket in sockets { _ = Listener(socket, shared: shared, in: core) }
        }
        return listening.map(\.address)
    }

    /// Takes no new requests (503), lets those in flight finish within `grace`, then closes all connections.
    package func shutDown(grace: Duration) async {
        let running = loop.withLock { loop in
            defer { loop = nil }
            return loop
        }
        guard let running else { return }
        running.run { core in core.stopListening() }
        await gate.drain(within: grace)
        await running.stop(within: .seconds(1))
    }
}

/// Counts the requests in flight, and closes.
final class DrainGate: Sendable {
    private struct State {
        var count = 0
        var isDraining = false
        /// Whether nobody waits any longer.
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Counts a request in; false once the gate is closed.
    func enter() -> Bool {
        state.withLock { state in
            guard !state.isDraining else { return false }
            state.count += 1
            return true
        }
    }

    func leave() {
        let isEmpty = state.withLock { state in
            state.count -= 1
            return state.isDraining && state.count == 0
        }
        if isEmpty { release() }
    }

    /// Closes the gate and waits until everybody has left, at most for `time`.
    func drain(within time: Duration) async {
        let timer = Task {
            try? await Task.sleep(for: time)
            release()
        }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                state.isDraining = true
                guard state.count > 0, !state.isOver else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
        timer.cancel()
    }

    private func release() {
        let waiters = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
