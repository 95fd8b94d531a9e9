import Platform

/// What came of asking for a message.
enum PromptEvent: Equatable {
    case line(String)
    /// Ctrl-C.
    case interrupted
    case endOfInput
}

/// Asks for messages, on the main thread, which waits for keys.
@MainActor protocol LinePrompt: AnyObject {
    /// Reads the next message.
    func read() throws -> PromptEvent
    /// While an answer is written, keys are kept for the next message and Ctrl-C interrupts.
    func pause()
    /// Whether messages are remembered from now on.
    func setHistory(isOn: Bool)
}

/// What the prompts look like.
extension LineFrame.Style {
    static let message = LineFrame.Style(
        prompt: ">>> ", continuation: "... ", placeholder: "Send a message (/? for help)")
}

/// A prompt with an editor, for terminals that obey.
@MainActor final class EditingPrompt: LinePrompt {
    private var terminal: Terminal
    private var decoder = KeyDecoder()
    /// Keys that were pressed and not yet looked at.
    private var keys: ArraySlice<Key> = []
    private var editor: LineEditor
    private var frame: LineFrame
    private var size: (columns: Int, rows: Int)
    private let file: HistoryFile
    private var savesHistory = true
    private let output: Output

    private static let pasteOn = "\u{1B}[?2004h"
    private static let pasteOff = "\u{1B}[?2004l"
    /// How long the rest of an escape sequence may take.
    private static let escapeMilliseconds: Int32 = 50

    /// Nil if standard input is no terminal.
    init?(output: Output, file: HistoryFile) {
        guard let terminal = Terminal() else { return nil }
        self.terminal = terminal
        self.output = output
        self.file = file
        editor = LineEditor(
            history: LineHistory(file.entries), completions: SlashCommand.completions, needsMore: UserInput.needsMore)
        size = Terminal.size
        frame = LineFrame(editor.content, style: .message, columns: size.columns, height: size.rows)
    }

    func setHistory(isOn: Bool) { savesHistory = isOn }

    func pause() { terminal.set(.silent) }

    func read() throws -> PromptEvent {
        terminal.set(.keys)
        _ = Interruption.take()
        try output.write(Self.pasteOn)
        defer { pause() }
        let event = try edit()
        try output.write(Self.pasteOff)
        if case .line(let line) = event, savesHistory, !line.isEmpty { file.append(line) }
        return event
    }

    private func edit() throws -> PromptEvent {
        try draw()
        while true {
            while let key = keys.popFirst() {
                if let event = try act(editor.take(key)) { return event }
            }
            try update(to: editor.content)
            if let event = try wait() { return event }
        }
    }

    /// Waits for keys; an event only if somebody wants to leave.
    private func wait() throws -> PromptEvent? {
        switch terminal.read(milliseconds: decoder.awaitsRest ? Self.escapeMilliseconds : nil) {
        case .bytes(let bytes): keys += decoder.keys(bytes)
        case .timeOut: decoder.timeOut()
        case .ended:
            try leave(editor.content)
            return .endOfInput
        case .signal:
            if Interruption.isTermination {
                try leave(editor.content)
                return .endOfInput
            }
            if Interruption.take() { keys.append(.control("c")) }
            if Terminal.size != size { try redraw() }
        }
        return nil
    }

    private func act(_ action: LineEditor.Action) throws -> PromptEvent? {
        switch action {
        case .redraw: return nil
        case .submit(let text):
            try leave(EditorText(text))
            return .line(text)
        case .interrupt(let wasEmpty):
            if wasEmpty {
                try leave(EditorText())
                return .interrupted
            }
            try output.write(frame.left())
            try draw()
        case .endOfInput:
            try leave(editor.content)
            return .endOfInput
        case .clearScreen:
            try output.write("\u{1B}[H\u{1B}[2J")
            try draw()
        case .suspend:
            try leave(editor.content)
            terminal.suspend()
            try draw()
        case .edit(let text): try editElsewhere(text)
        }
        return nil
    }

    private func editElsewhere(_ text: String) throws {
        try output.write(frame.erased(newColumns: size.columns) + Self.pasteOff)
        terminal.set(.lines)
        do {
            editor.replace(with: try ExternalEditor.edit(text))
        } catch {
            ErrorStream.write("error: \(error)\n")
        }
        terminal.set(.keys)
        try output.write(Self.pasteOn)
        try draw()
    }

    // MARK: Drawing

    private func laidOut(_ content: EditorText, _ style: LineFrame.Style = .message) -> LineFrame {
        LineFrame(content, style: style, columns: size.columns, height: size.rows)
    }

    /// Draws at the beginning of an empty row.
    private func draw() throws {
        size = Terminal.size
        frame = laidOut(editor.content)
        try output.write(frame.drawn())
    }

    private func update(to content: EditorText) throws {
        if Terminal.size != size { return try redraw() }
        let next = laidOut(content)
        try output.write(next.update(from: frame))
        frame = next
    }

    /// Draws anew in a window of another size.
    private func redraw() throws {
        size = Terminal.size
        try output.write(frame.erased(newColumns: size.columns))
        try draw()
    }

    /// Shows a text without a placeholder and goes below it.
    private func leave(_ content: EditorText) throws {
        var style = LineFrame.Style.message
        style.placeholder = ""
        let last = laidOut(content, style)
        try output.write(last.update(from: frame) + last.left())
        frame = last
    }
}

/// A prompt for terminals that only print: the terminal's own line editing.
@MainActor final class PlainPrompt: LinePrompt {
    private var terminal: Terminal
    private var pending: [UInt8] = []
    private let output: Output

    /// Nil if standard input is no terminal.
    init?(output: Output) {
        guard let terminal = Terminal() else { return nil }
        self.terminal = terminal
        self.output = output
    }

    func setHistory(isOn: Bool) {}

    func pause() {}

    func read() throws -> PromptEvent {
        var text = ""
        try output.write(LineFrame.Style.message.prompt)
        while true {
            switch try line() {
            case .line(let line):
                text += line
                guard UserInput.needsMore(text) else { return .line(text) }
                text += "\n"
                try output.write(LineFrame.Style.message.continuation)
            case let event: return event
            }
        }
    }

    private func line() throws -> PromptEvent {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                defer { pending.removeFirst(end + 1) }
                return .line(TerminalText.harmless(String(decoding: pending[..<end], as: UTF8.self)))
            }
            switch terminal.read() {
            case .bytes(let bytes): pending += bytes
            case .timeOut: break
            case .ended:
                try output.write("\n")
                return .endOfInput
            case .signal:
                if Interruption.isTermination { return .endOfInput }
                guard Interruption.take() else { continue }
                pending = []
                try output.write("\n")
                return .interrupted
            }
        }
    }
}
