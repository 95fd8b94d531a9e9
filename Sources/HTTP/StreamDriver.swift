internal import Platform

/// The loop's end of a connection: moves bytes between the socket and its `SocketStream`.
final class StreamDriver: LoopMember {
    private typealias Instant = ContinuousClock.Instant

    private let socket: Socket
    private let stream: SocketStream
    private let token: UInt64
    private let whenRemoved: () -> Void
    private var interest: Readiness = [.readable, .peerFinished]

    private var sending: [UInt8] = []
    private var sentCount = 0
    /// When the other side must have read more than at the last look, and how much that was.
    private var stall: (deadline: Instant, sentBefore: Int)?
    private var totalSent = 0

    private var closing: SocketStream.Closing?
    private var lingersUntil: Instant?
    /// Until the connection is made: whom to tell, and until when.
    private var connecting: (deadline: Instant, notify: @Sendable (HTTPError?) -> Void)?
    private var scheduled: Instant?
    private var isRemoved = false

    init(socket: consuming Socket, stream: SocketStream, token: UInt64, whenRemoved: @escaping () -> Void) {
        self.socket = socket
        self.stream = stream
        self.token = token
        self.whenRemoved = whenRemoved
    }

    /// Begins with a connection that is made.
    ///
    /// - Parameter firstLook: when to look after it first; saves its reader from having to ask.
    func start(in loop: LoopCore, firstLook: ContinuousClock.Instant?) {
        if let bytes = stream.limits.systemSendBytes { socket.setSendBuffer(bytes: bytes) }
        register(in: loop)
        reschedule(in: loop, first: firstLook)
    }

    /// Begins with a connection that is under way.
    func connect(
        in loop: LoopCore, deadline: ContinuousClock.Instant, notify: @escaping @Sendable (HTTPError?) -> Void
    ) {
        connecting = (deadline, notify)
        interest = .writable
        register(in: loop)
        reschedule(in: loop)
    }

    private func register(in loop: LoopCore) {
        loop.add(self, token: token)
        do {
            try loop.poller.add(socket, token: token, interest: interest)
        } catch {
            end(with: .peerGone, in: loop)
        }
    }

    // MARK: LoopMember

    func ready(_ readiness: Readiness, in loop: LoopCore) {
        guard !isRemoved else { return }
        if connecting != nil {
            finishConnecting(in: loop)
            return
        }
        if readiness != .writable { receiveAll(readiness, in: loop) }
        if readiness.contains(.writable), !isRemoved { flush(in: loop) }
    }

    func attend(in loop: LoopCore) {
        guard !isRemoved else { return }
        let orders = stream.takeOrders()
        closing = orders.closing ?? closing
        if closing == .now {
            end(with: .peerGone, in: loop)
            return
        }
        if orders.wantsInput {
            setInterest(interest.union(.readable), in: loop)
            if socket.readsAhead { receiveAll(.readable, in: loop) }
            guard !isRemoved else { return }
        }
        flush(in: loop)
        if !isRemoved { reschedule(in: loop) }
    }

    func expire(_ deadline: ContinuousClock.Instant, in loop: LoopCore) {
        guard !isRemoved, deadline == scheduled else { return }
        scheduled = nil
        let now = ContinuousClock.now
        if let connecting, connecting.deadline <= now {
            end(with: .timedOut(.connection), in: loop)
        } else if let lingersUntil, lingersUntil <= now {
            end(with: .peerGone, in: loop)
        } else if let stall, stall.deadline <= now {
            if totalSent - stall.sentBefore < stream.limits.progressBytes {
                end(with: .timedOut(.reader), in: loop)
                return
            }
            self.stall = (now + stream.limits.stallTime, totalSent)
        }
        if !isRemoved { reschedule(in: loop) }
    }

    func windDown(in loop: LoopCore) {
        stream.deliverEnd()
        setInterest(interest.subtracting([.readable, .peerFinished]), in: loop)
    }

    func stop() {
        isRemoved = true
        connecting?.notify(.cancelled)
        stream.fail(.peerGone)
        whenRemoved()
    }

    // MARK: Bytes

    /// Reads once, or as often as there may be bytes that no poller tells of.
    private func receiveAll(_ readiness: Readiness, in loop: LoopCore) {
        while receive(readiness, in: loop), socket.readsAhead, !isRemoved, interest.contains(.readable) {}
    }

    /// Reads once; true if bytes came.
    private func receive(_ readiness: Readiness, in loop: LoopCore) -> Bool {
        guard interest.contains(.readable) else {
            // Nobody wants the bytes before the end now, but that it came is known.
            if readiness.contains(.brokenOff) {
                end(with: .peerGone, in: loop)
            } else if readiness.contains(.peerFinished) {
                setInterest(interest.subtracting(.peerFinished), in: loop)
                stream.deliverEnd(isRead: false)
            }
            return false
        }
        switch socket.receive(into: &loop.buffer) {
        case .moved(let count):
            guard closing == nil else { return true }
            let goesOn = stream.deliver(Array(loop.buffer[..<count]))
            if !goesOn { setInterest(interest.subtracting(.readable), in: loop) }
            return true
        case .wouldBlock:
            if readiness.contains(.brokenOff) { end(with: .peerGone, in: loop) }
        case .ended:
            guard lingersUntil == nil else {
                end(with: .peerGone, in: loop)
                return false
            }
            setInterest(interest.subtracting([.readable, .peerFinished]), in: loop)
            stream.deliverEnd()
        case .failed:
            end(with: .peerGone, in: loop)
        }
        return false
    }

    private func flush(in loop: LoopCore) {
        guard connecting == nil, lingersUntil == nil else { return }
        while true {
            if sentCount == sending.count {
                sending = stream.takeOutput()
                sentCount = 0
                if sending.isEmpty { break }
            }
            switch socket.send(sending, from: sentCount) {
            case .moved(let count):
                sentCount += count
                totalSent += count
                stream.didSend(count)
            case .wouldBlock:
                setInterest(interest.union(.writable), in: loop)
                if stall == nil {
                    stall = (.now + stream.limits.stallTime, totalSent)
                    reschedule(in: loop)
                }
                return
            case .ended, .failed:
                readRest(in: loop)
                end(with: .peerGone, in: loop)
                return
            }
        }
        stall = nil
        setInterest(interest.subtracting(.writable), in: loop)
        if closing == .whenSent { end(with: .peerGone, in: loop) }
        if closing == .lingering { linger(in: loop) }
    }

    /// Hands over what came before the connection broke, such as a reply that refuses the rest of a request.
    private func readRest(in loop: LoopCore) {
        var left = stream.limits.inputBytes
        while left > 0, closing == nil, case .moved(let count) = socket.receive(into: &loop.buffer) {
            _ = stream.deliver(Array(loop.buffer[..<count]))
            left -= count
        }
    }

    private func linger(in loop: LoopCore) {
        socket.finishSending()
        lingersUntil = .now + stream.limits.lingerTime
        setInterest([.readable], in: loop)
        reschedule(in: loop)
    }

    private func finishConnecting(in loop: LoopCore) {
        let failure = socket.connectionFailure
        if let failure {
            end(with: .cannotConnect(stream.peer.map { "\($0)" } ?? "", reason: failure), in: loop)
            return
        }
        let notify = connecting?.notify
        connecting = nil
        setInterest([.readable, .peerFinished], in: loop)
        notify?(nil)
    }

    /// Takes the connection out of the loop; the socket closes with the driver.
    private func end(with error: HTTPError, in loop: LoopCore) {
        guard !isRemoved else { return }
        isRemoved = true
        loop.poller.remove(socket, token: token)
        loop.remove(token: token)
        connecting?.notify(error)
        connecting = nil
        stream.fail(error)
        whenRemoved()
    }

    // MARK: Interest and time

    private func setInterest(_ new: Readiness, in loop: LoopCore) {
        guard new != interest, !isRemoved else { return }
        interest = new
        loop.poller.change(socket, token: token, interest: new)
    }

    /// Plans the next look, and fails a reader that waited too long.
    private func reschedule(in loop: LoopCore, first: ContinuousClock.Instant? = nil) {
        let others = [first, stall?.deadline, lingersUntil, connecting?.deadline].compactMap { $0 }
        guard let look = stream.look(at: .now, scheduled: scheduled, others: others) else { return }
        scheduled = look
        loop.setDeadline(look, token: token)
    }
}
