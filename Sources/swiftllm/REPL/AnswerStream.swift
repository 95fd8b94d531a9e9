import WireFormats

/// An answer while it comes.
@MainActor final class AnswerStream {
    private var display: AnswerDisplay
    private let spinner: Spinner
    private let output: Output

    init(_ display: AnswerDisplay, spinner: Spinner, output: Output) {
        self.display = display
        self.spinner = spinner
        self.output = output
    }

    var message: Message { display.message }
    var summary: ReplySummary? { display.summary }

    func show(_ event: ReplyEvent) throws {
        let text = display.show(event)
        guard !text.isEmpty else { return }
        spinner.stop()
        try output.write(text)
    }

    func end() throws {
        spinner.stop()
        try output.write(display.end())
    }
}
