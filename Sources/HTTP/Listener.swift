package import Platform

/// How many connections there are, in all and per peer: a value.
package struct ConnectionCensus: Sendable {
    package private(set) var count = 0
    private var countByPeer: [IPAddress: Int] = [:]

    package init() {}

    /// Counts a connection; false if it would be one too many. Unix sockets count in all only.
    package mutating func admit(_ peer: IPAddress?, total: Int, perPeer: Int) -> Bool {
        guard count < total else { return false }
        if let key = peer?.peerKey {
            guard countByPeer[key, default: 0] < perPeer else { return false }
            countByPeer[key, default: 0] += 1
        }
        count += 1
        return true
    }

    package mutating func leave(_ peer: IPAddress?) {
        count -= 1
        guard let key = peer?.peerKey, let left = countByPeer[key] else { return }
        countByPeer[key] = left == 1 ? nil : left - 1
    }
}

/// A listening socket, which the caller opens and the loop's thread accepts from.
final class ListeningSocket: Sendable {
    let socket: Socket
    let address: SocketAddress

    private init(_ address: SocketAddress, unixMode: UInt16) throws(SocketError) {
        socket = try Socket.listening(on: address, unixMode: unixMode)
        self.address = socket.localAddress ?? address
    }

    /// Listens on an endpoint's addresses.
    ///
    /// A name may stand for addresses that the machine lacks (`localhost` without IPv6): one that it has is enough.
    /// Where IPv6 is switched off, all addresses are those of IPv4.
    ///
    /// - Throws: `cannotListen`.
    static func open(_ endpoint: HTTPEndpoint, unixMode: UInt16) throws(HTTPError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        var unavailable = "it has no address"
        do throws(SocketError) {
            for address in try endpoint.addresses() {
                do throws(SocketError) {
                    sockets.append(try ListeningSocket(address, unixMode: unixMode))
                } catch .addressUnavailable(_, let reason) {
                    unavailable = reason
                }
            }
            if sockets.isEmpty, case .host("::", let port) = endpoint {
                sockets.append(try ListeningSocket(.internet(.v4(0), port: port), unixMode: unixMode))
            }
        } catch .cannotListen(let address, let reason) {
            throw .cannotListen(address, reason: reason)
        } catch {
            throw .cannotListen("\(endpoint)", reason: error.reason)
        }
        guard !sockets.isEmpty else { throw .cannotListen("\(endpoint)", reason: unavailable) }
        return sockets
    }
}

/// Takes new connections and hands them on.
final class Listener: LoopMember {
    /// What the listeners of one server share.
    final class Shared {
        let configuration: HTTPServer.Configuration
        let eventLoop: EventLoop
        let accepted: @Sendable (SocketStream) -> Void
        var census = ConnectionCensus()
        /// Connections that only hear that they are too many.
        var refusedCount = 0

        init(
            configuration: HTTPServer.Configuration, eventLoop: EventLoop,
            accepted: @escaping @Sendable (SocketStream) -> Void
        ) {
            self.configuration = configuration
            self.eventLoop = eventLoop
            self.accepted = accepted
        }
    }

    /// New connections taken at a time, so that the others get their turn.
    private static let batch = 64
    /// How long nothing is accepted after the process had no descriptor left.
    private static let pause: Duration = .milliseconds(100)

    private let listening: ListeningSocket
    private let shared: Shared
    private let token: UInt64
    private var isPaused = false

    init(_ listening: ListeningSocket, shared: Shared, in loop: LoopCore) {
        self.listening = listening
        self.shared = shared
        token = loop.nextToken()
        loop.add(self, token: token)
        do {
            try loop.poller.add(listening.socket, token: token, interest: .readable)
        } catch {
            loop.remove(token: token)
        }
    }

    func ready(_ readiness: Readiness, in loop: LoopCore) {
        for _ in 0..<Self.batch {
            do throws(SocketError) {
                guard let socket = try listening.socket.accept() else { return }
                adopt(socket, in: loop)
            } catch {
                // What waits goes on waiting, and would be told again and again.
                isPaused = true
                loop.poller.change(listening.socket, token: token, interest: [])
                loop.setDeadline(.now + Self.pause, token: token)
                return
            }
        }
    }

    func expire(_ deadline: ContinuousClock.Instant, in loop: LoopCore) {
        guard isPaused else { return }
        isPaused = false
        loop.poller.change(listening.socket, token: token, interest: .readable)
    }

    func attend(in loop: LoopCore) {}

    func windDown(in loop: LoopCore) {
        loop.poller.remove(listening.socket, token: token)
        loop.remove(token: token)
        if case .unix(let path) = listening.address { Socket.removeFile(at: path) }
    }

    func stop() {}

    private func adopt(_ socket: consuming Socket, in loop: LoopCore) {
        let configuration = shared.configuration
        let peer = socket.peer
        let token = loop.nextToken()
        let stream = SocketStream(peer: peer, limits: configuration.stream, loop: shared.eventLoop, token: token)
        let isAdmitted = shared.census.admit(
            peer?.ip, total: configuration.connectionCount, perPeer: configuration.connectionCountPerPeer)
        guard isAdmitted else {
            refuse(socket, stream, token, in: loop)
            return
        }
        let driver = StreamDriver(socket: socket, stream: stream, token: token) { [shared] in
            shared.census.leave(peer?.ip)
        }
        driver.start(in: loop, firstLook: .now + configuration.headTime)
        shared.accepted(stream)
    }

    /// Tells one connection too many why it is closed, unless there are many of those as well.
    private func refuse(_ socket: consuming Socket, _ stream: SocketStream, _ token: UInt64, in loop: LoopCore) {
        guard shared.refusedCount < Self.batch else { return }
        shared.refusedCount += 1
        let driver = StreamDriver(socket: socket, stream: stream, token: token) { [shared] in
            shared.refusedCount -= 1
        }
        driver.start(in: loop, firstLook: nil)
        Connection.refuse(stream, .serviceUnavailable, "too many connections")
    }
}
