package import Platform
import Synchronization

/// How much a connection holds back, and how long it bears a slow other side.
package struct StreamLimits: Equatable, Sendable {
    /// Bytes read ahead of whoever reads them; past that the socket is left alone.
    package var inputBytes = 64 * 1024
    /// Bytes waiting to be sent above which a writer is suspended.
    package var outputBytes = 256 * 1024
    /// In each such time the other side has to read `progressBytes`, or all there is.
    package var stallTime: Duration = .seconds(30)
    package var progressBytes = 4096
    /// How long input is thrown away after the last word, so that the other side can read it.
    package var lingerTime: Duration = .seconds(2)
    /// Size of the system's send buffer; nil lets the system choose.
    package var systemSendBytes: Int?

    package init() {}
}

/// The tasks' end of a connection: bounded pipes to and from the loop's thread, which does the input and output.
package final class SocketStream: ByteTransport {
    package typealias Instant = ContinuousClock.Instant
    private typealias Reader = CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>
    private typealias Writer = CheckedContinuation<Result<Void, HTTPError>, Never>

    enum Closing: Equatable {
        /// At once, whatever is unsent.
        case now
        case whenSent
        /// When all is sent, after a while of throwing input away: a reply before the end of a request would else be
        /// destroyed by the reset that unread input causes.
        case lingering
    }

    private struct State {
        var input: [UInt8] = []
        var isInputPaused = false
        var hasInputEnded = false
        var failure: HTTPError?
        var reader: Reader?
        var readDeadline: Instant?

        var output: [UInt8] = []
        var unsentCount = 0
        var writers: [Writer] = []
        var closing: Closing?

        var isAttentionPosted = false
        /// When the loop looks after this connection next.
        var nextLook: Instant?
        var isPeerGone = false
        var whenGone: (@Sendable () -> Void)?
    }

    /// The other end.
    package let peer: SocketAddress?
    let limits: StreamLimits
    private let state = Mutex(State())
    private let loop: EventLoop
    private let token: UInt64

    init(peer: SocketAddress?, limits: StreamLimits, loop: EventLoop, token: UInt64) {
        self.peer = peer
        self.limits = limits
        self.loop = loop
        self.token = token
    }

    // MARK: Tasks

    package func read(until deadline: Instant?) async throws(HTTPError) -> [UInt8]? {
        let outcome = await withCheckedContinuation { (continuation: Reader) in
            let (outcome, needsAttention) = state.withLock { state -> (Result<[UInt8]?, HTTPError>?, Bool) in
                if !state.input.isEmpty {
                    let input = state.input
                    state.input = []
                    return (.success(input), state.isInputPaused && Self.postAttention(&state))
                }
                if let failure = state.failure { return (.failure(failure), false) }
                if state.hasInputEnded { return (.success(nil), false) }
                guard state.reader == nil else { return (.failure(.misused("two readers of one connection")), false) }
                state.reader = continuation
                state.readDeadline = deadline
                guard let deadline, state.nextLook.map({ deadline < $0 }) ?? true else { return (nil, false) }
                return (nil, Self.postAttention(&state))
            }
            if needsAttention { loop.attend(to: token) }
            if let outcome { continuation.resume(returning: outcome) }
        }
        return try outcome.get()
    }

    package func write(_ bytes: [UInt8]) async throws(HTTPError) {
        try enqueue(bytes)
        try await drained()
    }

    /// Adds bytes to what is to be sent, without waiting.
    ///
    /// - Throws: `peerGone`, or why the connection failed.
    func enqueue(_ bytes: [UInt8]) throws(HTTPError) {
        guard !bytes.isEmpty else { return }
        let needsAttention = try state.withLock { state throws(HTTPError) in
            if let failure = state.failure { throw failure }
            guard state.closing == nil else { throw .peerGone }
            if state.output.isEmpty { state.output = bytes } else { state.output += bytes }
            state.unsentCount += bytes.count
            return Self.postAttention(&state)
        }
        if needsAttention { loop.attend(to: token) }
    }

    /// Waits until little enough is unsent.
    func drained() async throws(HTTPError) {
        let isOver = try state.withLock { state throws(HTTPError) in
            if let failure = state.failure { throw failure }
            return state.unsentCount > limits.outputBytes
        }
        guard isOver else { return }
        let outcome = await withCheckedContinuation { (continuation: Writer) in
            let outcome = state.withLock { state -> Result<Void, HTTPError>? in
                if let failure = state.failure { return .failure(failure) }
                if state.unsentCount <= limits.outputBytes { return .success(()) }
                state.writers.append(continuation)
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
        try outcome.get()
    }

    package func close() { close(.now) }

    func close(_ closing: Closing) {
        let needsAttention = state.withLock { state in
            guard state.failure == nil, state.closing == nil || closing == .now else { return false }
            state.closing = closing
            state.input = []
            return Self.postAttention(&state)
        }
        if needsAttention { loop.attend(to: token) }
    }

    /// Calls `action` once the other side has ended or the connection is broken, at once if it is so already.
    func whenGone(_ action: (@Sendable () -> Void)?) {
        let isGone = state.withLock { state in
            state.whenGone = state.isPeerGone ? nil : action
            return state.isPeerGone
        }
        if isGone { action?() }
    }

    private static func postAttention(_ state: inout State) -> Bool {
        defer { state.isAttentionPosted = true }
        return !state.isAttentionPosted
    }

    // MARK: The loop's thread

    /// What the tasks have left since the last look.
    struct Orders {
        let closing: Closing?
        let wantsInput: Bool
    }

    func takeOrders() -> Orders {
        state.withLock { state in
            state.isAttentionPosted = false
            let wantsInput = state.isInputPaused && state.input.count < limits.inputBytes && !state.hasInputEnded
            if wantsInput { state.isInputPaused = false }
            return Orders(closing: state.closing, wantsInput: wantsInput)
        }
    }

    /// Takes what is to be sent.
    func takeOutput() -> [UInt8] {
        state.withLock { state in
            defer { state.output = [] }
            return state.output
        }
    }

    /// Tells that bytes went out.
    func didSend(_ count: Int) {
        let writers = state.withLock { state -> [Writer] in
            state.unsentCount -= count
            guard state.unsentCount <= limits.outputBytes / 4 else { return [] }
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume(returning: .success(())) }
    }

    /// Hands over bytes that came; false if no more should be read for now.
    func deliver(_ bytes: [UInt8]) -> Bool {
        let (reader, goesOn) = state.withLock { state -> (Reader?, Bool) in
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            if state.input.isEmpty { state.input = bytes } else { state.input += bytes }
            state.isInputPaused = state.input.count >= limits.inputBytes
            return (nil, !state.isInputPaused)
        }
        reader?.resume(returning: .success(bytes))
        return goesOn
    }

    /// Tells that the other side sends no more; what came before can still be read.
    ///
    /// - Parameter isRead: false if bytes before the end are still with the system.
    func deliverEnd(isRead: Bool = true) {
        let (reader, action) = state.withLock { state -> (Reader?, (@Sendable () -> Void)?) in
            state.hasInputEnded = state.hasInputEnded || isRead
            state.isPeerGone = true
            defer {
                state.whenGone = nil
                if isRead { state.reader = nil }
            }
            return (isRead ? state.reader : nil, state.whenGone)
        }
        // Whoever is resumed finds its task cancelled already.
        action?()
        reader?.resume(returning: .success(nil))
    }

    /// Ends the stream for everybody who waits or comes later. Input that came before can still be read.
    func fail(_ error: HTTPError) {
        let (reader, writers, action) = state.withLock { state in
            state.failure = state.failure ?? error
            state.isPeerGone = true
            state.output = []
            defer {
                state.reader = nil
                state.writers = []
                state.whenGone = nil
            }
            return (state.reader, state.writers, state.whenGone)
        }
        action?()
        reader?.resume(returning: .failure(error))
        for writer in writers { writer.resume(returning: .failure(error)) }
    }

    /// Fails a reader whose deadline has passed, and tells when to look next if that is before `scheduled`.
    ///
    /// All in one step: a reader that comes meanwhile must see either the old look, which then finds it, or the new one.
    ///
    /// - Parameters:
    ///   - scheduled: the look that the loop has planned already.
    ///   - others: what else the loop waits for.
    func look(at now: Instant, scheduled: Instant?, others: [Instant]) -> Instant? {
        let (late, look) = state.withLock { state -> (Reader?, Instant?) in
            var late: Reader?
            var deadline = state.reader == nil ? nil : state.readDeadline
            if let passed = deadline, passed <= now {
                late = state.reader
                state.reader = nil
                deadline = nil
            }
            let next = (others + [deadline].compactMap { $0 }).min()
            let isSooner = next.map { next in scheduled.map { next < $0 } ?? true } ?? false
            state.nextLook = isSooner ? next : scheduled
            return (late, isSooner ? next : nil)
        }
        late?.resume(returning: .failure(.timedOut(.head)))
        return look
    }
}
