import Synchronization

/// Passes on how far something is, at most once in a while and never backwards.
final class ReportGate: Sendable {
    private struct State {
        var next = ContinuousClock.now
        var most = -1
    }

    private let time: Duration
    private let total: Int
    private let report: @Sendable (Int) -> Void
    private let state = Mutex(State())

    /// - Parameter total: what is passed on at once.
    init(time: Duration, total: Int, report: @escaping @Sendable (Int) -> Void) {
        self.time = time
        self.total = total
        self.report = report
    }

    /// Takes how much is done.
    func take(_ completed: Int) {
        let passes = state.withLock { state in
            guard completed > state.most else { return false }
            let now = ContinuousClock.now
            guard completed == total || now >= state.next else { return false }
            state.next = now + time
            state.most = completed
            return true
        }
        if passes { report(completed) }
    }
}
