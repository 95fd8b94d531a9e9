internal import Platform
import Synchronization

// One thread waits for all sockets and moves all bytes. Whatever belongs to a socket lives on that thread and is never
// seen by another: `LoopCore` and its members are not Sendable and are made where they run. Tasks reach the thread
// through a mailbox, and are reached from it by resuming their continuations.

/// A thread that does the input and output of many sockets.
///
/// It ends when nobody holds it and its last connection is closed, or when it is stopped.
package final class EventLoop: Sendable {
    private let mailbox: Mailbox
    private let thread: ComputeThread

    /// - Throws: `cannotListen` if the system has no descriptor left for the thread's own use.
    package init(name: String) throws(HTTPError) {
        let poller: any Poller
        do throws(SocketError) {
            mailbox = Mailbox(waker: try Waker())
            poller = try makePoller()
            try poller.add(mailbox.waker, token: LoopCore.wakerToken)
        } catch {
            throw .cannotListen(name, reason: "\(error)")
        }
        thread = ComputeThread(name: name)
        thread.start { [mailbox] in LoopCore(mailbox: mailbox, poller: poller).run() }
    }

    deinit { mailbox.post(.stop(deadline: .now, whenStopped: {})) }

    /// Runs a job on the loop's thread.
    func run(_ job: @escaping @Sendable (LoopCore) -> Void) { mailbox.post(.run(job)) }

    /// Has a member look at what its other side left for it.
    func attend(to token: UInt64) { mailbox.post(.attend(token)) }

    /// Ends all connections once their output is sent, at the latest after `time`, and then the thread.
    func stop(within time: Duration) async {
        await withCheckedContinuation { continuation in
            mailbox.post(.stop(deadline: .now + time) { continuation.resume() })
        }
    }
}

/// What tasks want from the loop's thread.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case attend(UInt64)
        case run(@Sendable (LoopCore) -> Void)
        case stop(deadline: ContinuousClock.Instant, whenStopped: @Sendable () -> Void)
    }

    private struct State {
        var messages: [Message] = []
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    let waker: Waker

    init(waker: Waker) { self.waker = waker }

    func post(_ message: Message) {
        let (isClosed, wakes) = state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.messages.append(message)
            defer { state.isAsleep = false }
            return (false, state.isAsleep)
        }
        if wakes { waker.wake() }
        if isClosed, case .stop(_, let whenStopped) = message { whenStopped() }
    }

    /// Takes all messages.
    func take() -> [Message] {
        state.withLock { state in
            defer { state.messages.removeAll(keepingCapacity: false) }
            return state.messages
        }
    }

    /// On the loop's thread: from now on a message wakes. False if one is there already.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.messages.isEmpty
            return state.isAsleep
        }
    }

    /// Refuses later messages and returns the rest.
    func close() -> [Message] {
        state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}

/// Somebody on the loop's thread: a listener or a connection.
protocol LoopMember: AnyObject {
    /// Its socket is ready.
    func ready(_ readiness: Readiness, in loop: LoopCore)
    /// A task left something for it.
    func attend(in loop: LoopCore)
    /// A deadline that it had set has passed; it may have set another one since.
    func expire(_ deadline: ContinuousClock.Instant, in loop: LoopCore)
    /// The loop is about to stop: end as soon as the output is sent.
    func windDown(in loop: LoopCore)
    /// The loop stops.
    func stop()
}

/// What lives on the loop's thread.
final class LoopCore {
    static let wakerToken: UInt64 = 0

    let poller: any Poller
    /// Where members read to; what they keep they copy.
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    private let mailbox: Mailbox
    private var members: [UInt64: any LoopMember] = [:]
    private var deadlines = DeadlineQueue()
    private var lastToken = LoopCore.wakerToken
    private var stopDeadline: ContinuousClock.Instant?
    private var whenStopped: [@Sendable () -> Void] = []

    init(mailbox: Mailbox, poller: any Poller) {
        self.mailbox = mailbox
        self.poller = poller
    }

    /// A number for a new member.
    func nextToken() -> UInt64 {
        lastToken += 1
        return lastToken
    }

    func add(_ member: any LoopMember, token: UInt64) { members[token] = member }
    func remove(token: UInt64) { members[token] = nil }
    func setDeadline(_ instant: ContinuousClock.Instant, token: UInt64) { deadlines.insert(instant, token: token) }

    /// Ends the listeners and leaves the connections alone.
    func stopListening() {
        for member in members.values where member is Listener { member.windDown(in: self) }
    }

    /// Serves until it is stopped.
    func run() {
        var events: [PollEvent] = []
        while !isDone {
            poller.wait(timeout(), into: &events)
            for event in events {
                if event.token == Self.wakerToken {
                    mailbox.waker.reset()
                } else {
                    members[event.token]?.ready(event.readiness, in: self)
                }
            }
            for message in mailbox.take() { handle(message) }
            let now = ContinuousClock.now
            while let (deadline, token) = deadlines.popExpired(at: now) { members[token]?.expire(deadline, in: self) }
        }
        for member in members.values { member.stop() }
        members = [:]
        for message in mailbox.close() { handle(message) }
        for notify in whenStopped { notify() }
    }

    private var isDone: Bool {
        guard let stopDeadline else { return false }
        return members.isEmpty || stopDeadline <= .now
    }

    private func timeout() -> Duration? {
        guard mailbox.prepareToSleep() else { return .zero }
        let next = [deadlines.next, stopDeadline].compactMap { $0 }.min()
        return next.map { max(.zero, $0 - .now) }
    }

    private func handle(_ message: Mailbox.Message) {
        switch message {
        case .attend(let token): members[token]?.attend(in: self)
        case .run(let job): job(self)
        case .stop(let deadline, let notify):
            whenStopped.append(notify)
            stopDeadline = min(deadline, stopDeadline ?? deadline)
            for member in members.values { member.windDown(in: self) }
        }
    }
}
