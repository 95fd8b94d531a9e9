import Testing
import WireFormats
import swiftllm

/// What somebody enters in a conversation, and how answers are written.
@Suite struct SessionTextTests {
    @Test(
        arguments: [
            ("", .nothing), ("  \n ", .nothing), ("hello", .message("hello")), ("\"\"\"a\nb\"\"\"", .message("a\nb")),
            ("\"\"\"\"\"\"", .nothing), ("/bye", .command(.leave)), ("/exit", .command(.leave)),
            ("/clear", .command(.clear)), ("/list", .command(.list(prefix: nil))),
            ("/list qw", .command(.list(prefix: "qw"))), ("/load m", .command(.load("m"))),
            ("/load", .command(.usage(.load))), ("/save a b", .command(.usage(.save))),
            ("/?", .command(.help(.overview))),
            ("/? set", .command(.help(.set))), ("/help /show", .command(.help(.show))),
            ("/? shortcuts", .command(.help(.shortcuts))), ("/show", .command(.usage(.show))),
            ("/show info", .command(.show(.info))), ("/set", .command(.usage(.set))),
            ("/set verbose", .command(.set(.verbose(true)))), ("/set quiet", .command(.set(.verbose(false)))),
            ("/set nohistory", .command(.set(.history(false)))), ("/set wordwrap", .command(.set(.wordWrap(true)))),
            ("/set think", .command(.set(.thinking(.on)))),
            ("/set think high", .command(.set(.thinking(.level(.high))))),
            ("/set nothink", .command(.set(.thinking(.off)))), ("/set format json", .command(.set(.format("json")))),
            ("/set noformat", .command(.set(.noFormat))),
            ("/set system Be  brief.", .command(.set(.system("Be  brief.")))),
            ("/set system \"\"\"Be\nbrief.\"\"\"", .command(.set(.system("Be\nbrief.")))),
            ("/set system", .command(.usage(.set))), ("/set parameter seed", .command(.usage(.parameters))),
            ("/set parameter seed 42", .command(.set(.parameter(name: "seed", values: ["42"])))),
            (
                "/set parameter stop \"User: \" END",
                .command(.set(.parameter(name: "stop", values: ["User: ", "END"])))
            ),
            ("/lsit", .command(.unknown("/lsit", nearest: "/list"))),
            ("/set verbos", .command(.unknown("/set verbos", nearest: "/set verbose"))),
            ("/show infos", .command(.unknown("/show infos", nearest: "/show info"))),
        ] as [(String, UserInput)])
    func linesAreUnderstood(line: String, expected: UserInput) {
        #expect(UserInput(line) == expected)
    }

    @Test func aPathIsNoCommand() {
        #expect(UserInput("/tmp/a.png what is this?", isPath: { $0.hasPrefix("/tmp/a.png") }) != .nothing)
        #expect(
            UserInput("/tmp/a.png what?", isPath: { $0.hasPrefix("/tmp/a.png") }) == .message("/tmp/a.png what?"))
    }

    @Test(
        arguments: [
            ("\"\"\"", true), ("\"\"\"a", true), ("\"\"\"a\"\"\"", false), ("\"\"\"a\nb", true), ("a\"\"\"", false),
            ("/set system \"\"\"a", true), ("/set system \"\"\"a\"\"\"", false), ("/set system a", false),
        ])
    func quotesAskForMore(text: String, needsMore: Bool) {
        #expect(UserInput.needsMore(text) == needsMore)
    }

    /// However a text is cut into pieces, the screen shows the same rows, and no word is broken that fits a row.
    @Test(arguments: [10, 17, 40, 80])
    func wordsWrap(columns: Int) {
        let text = "The quick brown fox, jumping\nover 日本語の文章 and a veryveryverylongwordindeed, rests."
        let whole = shown([text], columns: columns)
        #expect(shown(text.map(String.init), columns: columns) == whole)
        #expect(shown(text.unicodeScalars.map { String($0) }, columns: columns) == whole)
        #expect(whole.allSatisfy { $0.count < columns })
        #expect(whole.joined().filter { $0 != " " } == text.filter { !$0.isWhitespace })
        #expect(whole.contains { $0.contains("brown") })
    }

    private func shown(_ pieces: [String], columns: Int) -> [String] {
        var wrapper = WordWrapper(columns: columns)
        var screen = Screen(columns: columns, rows: 30)
        for piece in pieces { screen.write(wrapper.append(piece)) }
        return screen.shown
    }

    private func display(_ events: [ReplyEvent], _ configure: (inout AnswerDisplay.Style) -> Void = { _ in }) -> String
    {
        var style = AnswerDisplay.Style()
        configure(&style)
        var display = AnswerDisplay(style)
        return events.map { display.show($0) }.joined() + display.end()
    }

    @Test func thinkingStandsBetweenItsMarks() {
        let events: [ReplyEvent] = [.thinking("One, "), .thinking("two."), .text("Three"), .text(".")]
        #expect(display(events) == "Thinking...\nOne, two.\n...done thinking.\n\nThree.\n")
        #expect(display(events) { $0.showsThinking = false } == "Three.\n")
        #expect(
            display(events) { $0.isTerminal = true }
                == "Thinking...\n\u{1B}[90mOne, two.\n\u{1B}[0m...done thinking.\n\nThree.\n\n")
        #expect(display([.thinking("cut")]) == "Thinking...\ncut\n...done thinking.\n\n")
    }

    @Test func answersEndWithOneLineEnd() {
        #expect(display([.text("a\n")]) == "a\n")
        #expect(display([.text("a")]) == "a\n")
        #expect(display([]) == "")
        #expect(display([.text("a")]) { $0.isTerminal = true } == "a\n\n")
    }

    @Test func answersCannotSteerTheTerminal() {
        let events: [ReplyEvent] = [.text("a\u{1B}[2Jb\u{7}\u{9B}c\td")]
        #expect(display(events) { $0.isTerminal = true } == "a[2Jbc\td\n\n")
        #expect(display(events) == "a\u{1B}[2Jb\u{7}\u{9B}c\td\n")
    }
}
