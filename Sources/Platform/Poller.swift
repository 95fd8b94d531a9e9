#if os(Linux)
    internal import Intrinsics
#endif
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What to be told about a socket.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// The other side sends no more. Told besides `readable`, also while bytes before the end are unread.
    package static let peerFinished = Readiness(rawValue: 4)
    /// The connection is broken or closed on both sides. Always told.
    package static let brokenOff = Readiness(rawValue: 8)
}

/// A socket that is ready, by the number it was added with.
package struct PollEvent: Equatable, Sendable {
    package let token: UInt64
    package let readiness: Readiness
}

/// Waits for many sockets at once. Level-triggered: what is ready is told again until it is dealt with.
///
/// A socket is removed before it is closed. One thread waits.
package protocol Poller: Sendable {
    func add(_ socket: borrowing Socket, token: UInt64, interest: Readiness) throws(SocketError)
    func change(_ socket: borrowing Socket, token: UInt64, interest: Readiness)
    func remove(_ socket: borrowing Socket, token: UInt64)
    /// Adds the end of a waker, which tells `readable` after a wake.
    func add(_ waker: Waker, token: UInt64) throws(SocketError)
    /// Waits until something is ready or the time is over; nil waits for ever.
    func wait(_ timeout: Duration?, into events: inout [PollEvent])
}

/// The best poller that the system has.
package func makePoller() throws(SocketError) -> any Poller {
    #if os(Linux)
        try EpollPoller()
    #else
        PollPoller()
    #endif
}

/// Wakes a thread that waits in a poller, from any thread.
package final class Waker: Sendable {
    fileprivate let readEnd: Int32
    private let writeEnd: Int32

    package init() throws(SocketError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .system("pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Makes the poller return, now or when it next waits.
    package func wake() {
        var byte: UInt8 = 0
        unsafe write(writeEnd, &byte, 1)
    }

    /// Forgets the wakes so far.
    package func reset() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(readEnd, &bytes, bytes.count) == bytes.count {}
    }
}

/// Milliseconds for the system's call, rounded up so that a deadline has passed when the wait ends.
private func milliseconds(_ timeout: Duration?) -> Int32 {
    guard let timeout else { return -1 }
    let (seconds, attoseconds) = timeout.components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return max(0, Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
}

#if os(Linux)
    /// Linux's epoll: the cost of a wait does not grow with the number of idle sockets.
    package final class EpollPoller: Poller {
        private static let eventsPerWait = 256
        private let descriptor: Int32

        package init() throws(SocketError) {
            descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            guard descriptor >= 0 else { throw .system("epoll_create1") }
        }

        deinit { close(descriptor) }

        package func add(_ socket: borrowing Socket, token: UInt64, interest: Readiness) throws(SocketError) {
            guard control(EPOLL_CTL_ADD, socket.descriptor, token, interest) else { throw .system("epoll_ctl") }
        }

        package func change(_ socket: borrowing Socket, token: UInt64, interest: Readiness) {
            _ = control(EPOLL_CTL_MOD, socket.descriptor, token, interest)
        }

        package func remove(_ socket: borrowing Socket, token: UInt64) {
            _ = control(EPOLL_CTL_DEL, socket.descriptor, token, [])
        }

        package func add(_ waker: Waker, token: UInt64) throws(SocketError) {
            guard control(EPOLL_CTL_ADD, waker.readEnd, token, .readable) else { throw .system("epoll_ctl") }
        }

        package func wait(_ timeout: Duration?, into events: inout [PollEvent]) {
            events.removeAll(keepingCapacity: true)
            unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerWait) { buffer in
                let count = unsafe epoll_wait(
                    descriptor, buffer.baseAddress!, Int32(Self.eventsPerWait), milliseconds(timeout))
                for index in 0..<max(0, Int(count)) {
                    let (flags, token) = unsafe (buffer[index].events, buffer[index].data.u64)
                    events.append(PollEvent(token: token, readiness: Self.readiness(flags)))
                }
            }
        }

        private static func readiness(_ flags: UInt32) -> Readiness {
            var readiness: Readiness = []
            if flags & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
            if flags & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
            if flags & EPOLLRDHUP.rawValue != 0 { readiness.insert(.peerFinished) }
            if flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { readiness.insert(.brokenOff) }
            return readiness
        }

        private func control(_ operation: Int32, _ target: Int32, _ token: UInt64, _ interest: Readiness) -> Bool {
            var flags: UInt32 = 0
            if interest.contains(.readable) { flags |= EPOLLIN.rawValue }
            if interest.contains(.writable) { flags |= EPOLLOUT.rawValue }
            if interest.contains(.peerFinished) { flags |= EPOLLRDHUP.rawValue }
            var event = unsafe epoll_event(events: flags, data: epoll_data_t(u64: token))
            return unsafe epoll_ctl(descriptor, operation, target, &event) == 0
        }
    }
#endif

/// poll(2), which every system has. The cost of a wait grows with the number of sockets.
package final class PollPoller: Poller {
    private struct Table {
        var entries: [pollfd] = []
        var tokens: [UInt64] = []
        var positions: [UInt64: Int] = [:]
    }

    private let table = Mutex(Table())

    package init() {}

    package func add(_ socket: borrowing Socket, token: UInt64, interest: Readiness) {
        append(socket.descriptor, token, interest)
    }

    package func add(_ waker: Waker, token: UInt64) { append(waker.readEnd, token, .readable) }

    package func change(_ socket: borrowing Socket, token: UInt64, interest: Readiness) {
        table.withLock { table in
            guard let position = table.positions[token] else { return }
            table.entries[position].events = Self.flags(interest)
        }
    }

    package func remove(_ socket: borrowing Socket, token: UInt64) {
        table.withLock { table in
            guard let position = table.positions.removeValue(forKey: token) else { return }
            let last = table.entries.count - 1
            if position != last {
                table.entries[position] = table.entries[last]
                table.tokens[position] = table.tokens[last]
                table.positions[table.tokens[position]] = position
            }
            table.entries.removeLast()
            table.tokens.removeLast()
        }
    }

    package func wait(_ timeout: Duration?, into events: inout [PollEvent]) {
        var (entries, tokens) = table.withLock { ($0.entries, $0.tokens) }
        events.removeAll(keepingCapacity: true)
        let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds(timeout))
        guard count > 0 else { return }
        for (entry, token) in zip(entries, tokens) where entry.revents != 0 {
            events.append(PollEvent(token: token, readiness: Self.readiness(Int32(entry.revents))))
        }
    }

    #if os(Linux)
        /// `POLLRDHUP`, which the headers show only to those who ask for extensions.
        private static let peerFinished: Int32 = 0x2000
    #else
        private static let peerFinished: Int32 = 0
    #endif

    private func append(_ descriptor: Int32, _ token: UInt64, _ interest: Readiness) {
        table.withLock { table in
            table.positions[token] = table.entries.count
            table.entries.append(pollfd(fd: descriptor, events: Self.flags(interest), revents: 0))
            table.tokens.append(token)
        }
    }

    private static func flags(_ interest: Readiness) -> Int16 {
        var flags: Int32 = 0
        if interest.contains(.readable) { flags |= Int32(POLLIN) }
        if interest.contains(.writable) { flags |= Int32(POLLOUT) }
        if interest.contains(.peerFinished) { flags |= peerFinished }
        return Int16(truncatingIfNeeded: flags)
    }

    private static func readiness(_ flags: Int32) -> Readiness {
        var readiness: Readiness = []
        if flags & Int32(POLLIN) != 0 { readiness.insert(.readable) }
        if flags & Int32(POLLOUT) != 0 { readiness.insert(.writable) }
        if flags & peerFinished != 0 { readiness.insert(.peerFinished) }
        if flags & Int32(POLLHUP | POLLERR | POLLNVAL) != 0 { readiness.insert(.brokenOff) }
        return readiness
    }
}
