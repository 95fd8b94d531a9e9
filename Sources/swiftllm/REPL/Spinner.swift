import Platform
import Synchronization

/// A sign of life on the error stream while nothing else is written there; on a terminal only.
final class Spinner: Sendable {
    private struct State {
        var ticker: Task<Void, Never>?
        var isVisible = false
    }

    private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private let state = Mutex(State())

    /// Whether the error stream's terminal can replace what it shows.
    static var isPossible: Bool { StandardStream.error.isTerminal && TerminalKind.current.obeysSequences }

    /// Begins to turn.
    func start() {
        guard Self.isPossible else { return }
        state.withLock { state in
            guard state.ticker == nil else { return }
            state.ticker = Task { [weak self] in
                for step in 0... {
                    // What comes at once needs no sign.
                    try? await Task.sleep(for: .milliseconds(step == 0 ? 150 : 80))
                    guard let self, !Task.isCancelled else { return }
                    show(Self.frames[step % Self.frames.count])
                }
            }
        }
    }

    private func show(_ frame: String) {
        state.withLock { state in
            guard state.ticker != nil else { return }
            ErrorStream.write("\r\u{1B}[K\(frame) ")
            state.isVisible = true
        }
    }

    /// Stops and removes itself. Once it has returned, nothing is written any more.
    func stop() {
        state.withLock { state in
            state.ticker?.cancel()
            state.ticker = nil
            if state.isVisible { ErrorStream.write("\r\u{1B}[K") }
            state.isVisible = false
        }
    }
}
