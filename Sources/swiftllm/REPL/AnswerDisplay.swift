package import WireFormats

/// Turns the events of an answer into what is written to standard output, and keeps the answer.
package struct AnswerDisplay: Sendable {
    /// How answers are shown.
    package struct Style: Equatable, Sendable {
        /// Somebody looks: colour, and no control characters but line ends and tabs.
        package var isTerminal = false
        /// Columns to break words at; nil leaves lines as they are.
        package var wrapColumns: Int?
        package var showsThinking = true

        package init() {}
    }

    private let style: Style
    private var wrapper: WordWrapper?
    private var isThinkingOpen = false
    private var lastShown: Character?
    /// The answer as far as it came.
    package private(set) var message = Message(role: .assistant)
    /// How it ended; nil if it did not.
    package private(set) var summary: ReplySummary?

    package init(_ style: Style) {
        self.style = style
        wrapper = style.wrapColumns.map { WordWrapper(columns: $0) }
    }

    /// What to write for an event.
    package mutating func show(_ event: ReplyEvent) -> String {
        switch event {
        case .thinking(let text):
            message.thinking = (message.thinking ?? "") + text
            return style.showsThinking ? openThinking() + shown(text) : ""
        case .text(let text):
            message.content = [.text(message.text + text)]
            return text.isEmpty ? "" : closeThinking() + shown(text)
        case .toolCall(_, let call):
            message.toolCalls.append(call)
            return closeThinking()
        case .finished(let summary):
            self.summary = summary
            return ""
        case .started, .toolCallBegan, .toolCallArguments, .logProbabilities, .failed: return ""
        }
    }

    /// What to write when no more comes: the last line's end, and on a terminal an empty line.
    package mutating func end() -> String {
        let closing = closeThinking()
        guard lastShown != nil else { return closing }
        let ending = lastShown == "\n" ? "" : "\n"
        lastShown = "\n"
        return closing + ending + (style.isTerminal ? "\n" : "")
    }

    private mutating func openThinking() -> String {
        guard !isThinkingOpen else { return "" }
        isThinkingOpen = true
        return "Thinking...\n" + (style.isTerminal ? "\u{1B}[90m" : "")
    }

    private mutating func closeThinking() -> String {
        guard isThinkingOpen else { return "" }
        isThinkingOpen = false
        let lineEnd = lastShown == "\n" ? "" : "\n"
        wrapper = style.wrapColumns.map { WordWrapper(columns: $0) }
        lastShown = nil
        return lineEnd + (style.isTerminal ? "\u{1B}[0m" : "") + "...done thinking.\n\n"
    }

    private mutating func shown(_ text: String) -> String {
        let text = style.isTerminal ? TerminalText.harmless(text) : text
        guard let last = text.last else { return "" }
        lastShown = last.isNewline ? "\n" : last
        return wrapper?.append(text) ?? text
    }
}

/// Text that somebody else wrote, on its way to a terminal.
package enum TerminalText {
    /// Without control characters but line ends and tabs: a terminal obeys the others.
    package static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isHarmful($0) }))
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar != "\t" && scalar.properties.generalCategory == .control
    }
}
