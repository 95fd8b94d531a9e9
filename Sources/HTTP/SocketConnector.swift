internal import Platform
import Synchronization

/// Connects sockets. Its thread begins with the first connection and ends with the connector and the last of them.
package final class SocketConnector: Sendable {
    private let limits: StreamLimits
    private let loop = Mutex<EventLoop?>(nil)

    package init(limits: StreamLimits = StreamLimits()) { self.limits = limits }

    /// Connects to the first address of an endpoint that answers.
    ///
    /// - Throws: `cannotConnect`, `timedOut`, `cancelled`.
    package func connect(to endpoint: HTTPEndpoint, within time: Duration) async throws(HTTPError) -> SocketStream {
        let deadline = ContinuousClock.now + time
        var failure = HTTPError.cannotConnect("\(endpoint)", reason: "it has no address")
        for address in try await Self.addresses(of: endpoint) {
            do throws(HTTPError) {
                return try await connect(to: address, until: deadline)
            } catch {
                failure = error
                if error == .cancelled || error == .timedOut(.connection) { break }
            }
        }
        throw failure
    }

    /// Connects to a URL's host over TLS, which the system's libcurl speaks.
    ///
    /// - Throws: `unavailable` where there is no libcurl, `untrusted`, `cannotConnect`, `timedOut`, `cancelled`.
    package func connectSecurely(
        to authority: String, trust: HTTPTrust, proxy: HTTPProxy?, within time: Duration
    ) async throws(HTTPError) -> SocketStream {
        var options = SecureSession.Options(authority: authority)
        options.verifies = trust.verifiesPeers
        (options.certificateFile, options.certificateFolder) = (trust.certificateFile, trust.certificateFolder)
        options.proxy = proxy?.url
        options.connectTime = time
        let session = try await Self.session(options)
        let loop = try runningLoop()
        let limits = limits
        return await withCheckedContinuation { continuation in
            loop.run { core in
                let token = core.nextToken()
                let stream = SocketStream(peer: nil, limits: limits, loop: loop, token: token)
                let driver = StreamDriver(socket: Socket(session), stream: stream, token: token, whenRemoved: {})
                driver.start(in: core, firstLook: nil)
                continuation.resume(returning: stream)
            }
        }
    }

    /// Makes a session on a thread of its own. A task that is cancelled does not wait for it.
    private static func session(_ options: SecureSession.Options) async throws(HTTPError) -> SecureSession {
        let waiter = OneAnswer<SecureSession>()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiter.wait(continuation)
                ComputeThread(name: "swiftllm.tls").start {
                    waiter.answer(
                        Result { () throws(HTTPError) in
                            do throws(SecureError) { return try SecureSession.connect(options) } catch {
                                throw HTTPError(error, connectingTo: options.authority)
                            }
                        })
                }
            }
        } onCancel: {
            waiter.answer(.failure(.cancelled))
        }
        return try outcome.get()
    }

    /// A connection under way, which can be cancelled also before it has begun.
    private enum Attempt {
        case waiting
        case begun(SocketStream)
        case cancelled

        mutating func begin(_ stream: SocketStream) {
            if case .cancelled = self { stream.close() } else { self = .begun(stream) }
        }

        mutating func cancel() {
            if case .begun(let stream) = self { stream.close() }
            self = .cancelled
        }
    }

    private func connect(
        to address: SocketAddress, until deadline: ContinuousClock.Instant
    ) async throws(HTTPError) -> SocketStream {
        let loop = try runningLoop()
        let attempt = Mutex(Attempt.waiting)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.run { [limits] core in
                    do throws(SocketError) {
                        let socket = try Socket.connecting(to: address)
                        let token = core.nextToken()
                        let stream = SocketStream(peer: address, limits: limits, loop: loop, token: token)
                        attempt.withLock { $0.begin(stream) }
                        let driver = StreamDriver(socket: socket, stream: stream, token: token, whenRemoved: {})
                        driver.connect(in: core, deadline: deadline) { error in
                            let outcome: Result<SocketStream, HTTPError>
                            if let error { outcome = .failure(error) } else { outcome = .success(stream) }
                            continuation.resume(returning: outcome)
                        }
                    } catch {
                        let failure = HTTPError.cannotConnect("\(address)", reason: error.reason)
                        continuation.resume(returning: Result<SocketStream, HTTPError>.failure(failure))
                    }
                }
            }
        } onCancel: {
            attempt.withLock { $0.cancel() }
        }
        guard !Task.isCancelled else {
            if case .success(let stream) = outcome { stream.close() }
            throw .cancelled
        }
        return try outcome.get()
    }

    private func runningLoop() throws(HTTPError) -> EventLoop {
        try loop.withLock { loop throws(HTTPError) in
            if let loop { return loop }
            let made = try EventLoop(name: "swiftllm.http.client")
            loop = made
            return made
        }
    }

    /// Looks a name up on a thread of its own, since the system's resolver blocks.
    private static func addresses(of endpoint: HTTPEndpoint) async throws(HTTPError) -> [SocketAddress] {
        if case .host(let host, let port) = endpoint, let ip = IPAddress(host) { return [.internet(ip, port: port)] }
        if case .unix(let path) = endpoint { return [.unix(path: path)] }
        let outcome = await withCheckedContinuation { continuation in
            ComputeThread(name: "swiftllm.resolve").start {
                continuation.resume(returning: Result { () throws(SocketError) in try endpoint.addresses() })
            }
        }
        do throws(SocketError) {
            return try outcome.get()
        } catch {
            throw .cannotConnect("\(endpoint)", reason: error.reason)
        }
    }
}

/// Gives a waiting task the first of several answers, which may come before it waits.
private final class OneAnswer<Value: Sendable>: Sendable {
    typealias Waiter = CheckedContinuation<Result<Value, HTTPError>, Never>

    private enum State {
        case idle
        case waiting(Waiter)
        case answered(Result<Value, HTTPError>)
    }

    private let state = Mutex(State.idle)

    func wait(_ waiter: Waiter) {
        let answer = state.withLock { state -> Result<Value, HTTPError>? in
            if case .answered(let answer) = state { return answer }
            state = .waiting(waiter)
            return nil
        }
        if let answer { waiter.resume(returning: answer) }
    }

    func answer(_ answer: Result<Value, HTTPError>) {
        let waiter = state.withLock { state -> Waiter? in
            guard case .answered = state else {
                defer { state = .answered(answer) }
                if case .waiting(let waiter) = state { return waiter }
                return nil
            }
            return nil
        }
        waiter?.resume(returning: answer)
    }
}

extension HTTPError {
    fileprivate init(_ error: SecureError, connectingTo authority: String) {
        switch error {
        case .unavailable(let reason): self = .unavailable(reason: reason)
        case .untrusted(let reason): self = .untrusted(authority, reason: reason)
        case .cannotConnect(let reason): self = .cannotConnect(authority, reason: reason)
        case .timedOut: self = .timedOut(.connection)
        }
    }
}
