import JSON
import Platform
import Synchronization
import WireFormats

/// Shows progress on the error stream: lines that change on a terminal, new lines now and then in a log.
final class TransferDisplay: Sendable {
    private struct State {
        var lines = TransferLines()
        var shownCount = 0
        var lastLog: Duration?
        var ticker: Task<Void, Never>?
    }

    private let start = ContinuousClock.now
    private let isTerminal = Spinner.isPossible
    private let state = Mutex(State())

    /// Time between two lines about one blob in a log.
    private static let logInterval: Duration = .seconds(10)

    /// Takes what a server tells.
    func take(_ progress: OllamaProgress) {
        state.withLock { state in
            let now = ContinuousClock.now - start
            let isStep = state.lines.take(progress, at: now)
            if isTerminal {
                beginTicking(&state)
            } else if isStep || now - (state.lastLog ?? .zero) > Self.logInterval, let line = state.lines.logLine {
                state.lastLog = now
                ErrorStream.write(line + "\n")
            }
        }
    }

    private func beginTicking(_ state: inout State) {
        guard state.ticker == nil else { return }
        state.ticker = Task { [weak self] in
            while !Task.isCancelled, let self {
                self.state.withLock { state in if state.ticker != nil { draw(&state) } }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Shows the last state for good. Nothing is written any more after it.
    ///
    /// - Parameter succeeded: false leaves lines that are under way as they are.
    func end(succeeded: Bool) {
        state.withLock { state in
            state.ticker?.cancel()
            guard state.ticker != nil else { return }
            if succeeded { state.lines.end() }
            draw(&state)
            state.ticker = nil
        }
    }

    private func draw(_ state: inout State) {
        let size = Terminal.size
        // More lines than rows cannot be drawn over: the last ones count.
        let lines = state.lines.text(columns: size.columns - 1, at: ContinuousClock.now - start).suffix(size.rows - 1)
        var text = state.shownCount > 0 ? "\u{1B}[\(state.shownCount)A" : ""
        for line in lines { text += "\r\u{1B}[K\(TerminalText.harmless(line))\n" }
        state.shownCount = lines.count
        ErrorStream.write(text)
    }
}

extension ModelServer {
    /// Does work that takes long, telling of it.
    func workShowingProgress(_ path: String, _ request: JSONValue) async throws {
        let display = TransferDisplay()
        do {
            try await work(path, request) { display.take($0) }
            display.end(succeeded: true)
        } catch {
            display.end(succeeded: false)
            throw error
        }
    }

    /// Does work that takes long, writing every line of progress as JSON.
    func workWritingJSON(_ path: String, _ request: JSONValue, _ output: Output) async throws {
        try await work(path, request) { try output.write($0.json) }
    }
}
