import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells a thread that waits in `poll` of a signal, whichever thread the system gave the signal to: a pipe that the
/// handler writes to.
enum SignalBell {
    private static let readEnd = Atomic<Int32>(-1)
    private static let writeEnd = Atomic<Int32>(-1)

    /// What to wait for; −1, which `poll` skips, before `install`.
    static var descriptor: Int32 { readEnd.load(ordering: .relaxed) }

    /// Makes the pipe, once.
    static func install() {
        guard descriptor < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd.store(ends[0], ordering: .relaxed)
        writeEnd.store(ends[1], ordering: .relaxed)
    }

    /// Called by handlers of signals: touches nothing but the pipe.
    static func ring() {
        let end = writeEnd.load(ordering: .relaxed)
        guard end >= 0 else { return }
        let failure = errno
        var byte: UInt8 = 0
        _ = unsafe write(end, &byte, 1)
        errno = failure
    }

    /// Takes what was rung.
    static func silence() {
        var byte: UInt8 = 0
        while unsafe read(descriptor, &byte, 1) > 0 {}
    }
}
