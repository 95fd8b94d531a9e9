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

    // MARK: Sessions

    /// From now on every interrupt sets the flag and none ends the process: for sessions that outlive what they
    /// interrupt. Only a second request to terminate ends it as the system does.
    package static func watchRepeatedly() {
        signal(SIGINT) { number in
            // A request to terminate stays one.
            _ = Interruption.received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
            SignalBell.ring()
        }
        signal(SIGTERM) { number in
            Interruption.received.store(number, ordering: .relaxed)
            SignalBell.ring()
            signal(number, SIG_DFL)
        }
    }

    /// Whether there was an interrupt since the last call; a request to terminate is not taken away.
    package static func take() -> Bool {
        received.compareExchange(expected: SIGINT, desired: 0, ordering: .relaxed).exchanged
    }
}
