import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether somebody pressed Ctrl-C: long work asks, finishes what it holds, and returns.
///
/// The first interrupt only sets the flag; the second ends the process as the system does.
package enum Interruption {
    /// The number of the signal that came, 0 before.
    private static let received = Atomic<Int32>(0)

    /// From now on the first interrupt (or request to terminate) sets the flag.
    package static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.received.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether there was an interrupt since `watch`.
    package static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

    /// Whether it was the request to terminate.
    package static var isTermination: Bool { received.load(ordering: .relaxed) == SIGTERM }
}
