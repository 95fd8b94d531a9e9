import Platform
import Synchronization

/// A line on the error stream while a model loads, if that takes longer than a second and somebody looks.
final class LoadProgress: Sendable {
    private struct State {
        var loadedBytes = 0
        var isVisible = false
        var lastUpdate: ContinuousClock.Instant
    }

    private let title: String
    private let totalBytes: Int
    private let isShown: Bool
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(_ title: String = "loading", totalBytes: Int, isShown: Bool) {
        self.title = title
        self.totalBytes = totalBytes
        self.isShown = isShown && StandardStream.error.isTerminal
        state = Mutex(State(lastUpdate: start + .seconds(1)))
    }

    /// Counts a piece that is loaded.
    func add(_ bytes: Int) {
        state.withLock { state in
            state.loadedBytes += bytes
            let now = ContinuousClock.now
            guard isShown, now - state.lastUpdate > .milliseconds(100) else { return }
            state.lastUpdate = now
            state.isVisible = true
            let share = totalBytes > 0 ? 100 * state.loadedBytes / totalBytes : 100
            let rate = Double(state.loadedBytes) / ((now - start) / .seconds(1))
            ErrorStream.write("\r\u{1B}[K\(title) \(share) %, \(ByteSize(Int(rate)))/s")
        }
    }

    /// Removes the line.
    func clear() {
        state.withLock { state in
            if state.isVisible { ErrorStream.write("\r\u{1B}[K") }
            state.isVisible = false
        }
    }
}

/// Messages for people. A closed error stream is nobody's loss.
enum ErrorStream {
    static func write(_ text: String) {
        try? Array(text.utf8).withBytes { bytes throws(PlatformError) in try StandardStream.error.write(bytes) }
    }
}
