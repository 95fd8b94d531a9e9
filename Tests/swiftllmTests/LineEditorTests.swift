import TestSupport
import Testing
import swiftllm

/// An editor at a screen, driven by bytes as a terminal sends them.
private struct Desk {
    var decoder = KeyDecoder()
    var editor: LineEditor
    var screen: Screen
    var frame: LineFrame
    let columns: Int
    let rows: Int
    var submitted: [String] = []
    var actions: [LineEditor.Action] = []

    static let style = LineFrame.Style(prompt: ">>> ", continuation: "... ", placeholder: "Send a message")

    /// - Parameter above: rows that are written before the prompt.
    init(columns: Int = 40, rows: Int = 10, history: [String] = [], above: Int = 0) {
        editor = LineEditor(
            history: LineHistory(history), completions: SlashCommand.completions, needsMore: UserInput.needsMore)
        screen = Screen(columns: columns, rows: rows)
        self.columns = columns
        self.rows = rows
        screen.write(String(repeating: "\n", count: above))
        frame = LineFrame(editor.content, style: Self.style, columns: columns, height: rows)
        screen.write(frame.drawn())
    }

    mutating func type(_ text: String) { type(Array(text.utf8)) }

    mutating func type(_ bytes: [UInt8]) {
        for byte in bytes {
            for key in decoder.keys([byte]) {
                let action = editor.take(key)
                if case .submit(let text) = action { submitted.append(text) }
                if action != .redraw { actions.append(action) }
                let next = LineFrame(editor.content, style: Self.style, columns: columns, height: rows)
                screen.write(next.update(from: frame))
                frame = next
            }
        }
    }

    /// The rows that the frame takes on the screen.
    var visible: [String] {
        let first = max(screen.row - frame.cursorRow, 0)
        return Array(screen.text[first..<min(first + frame.rows.count, rows)])
    }

    /// What a screen shows on which only the last state was drawn.
    var fresh: Screen {
        var screen = Screen(columns: columns, rows: rows)
        screen.write(frame.drawn())
        return screen
    }
}

@Suite struct LineEditorTests {
    @Test(
        arguments: [
            ("abc", "abc", 3), ("abc\u{1}x", "xabc", 1), ("abc\u{1}\u{5}x", "abcx", 4),
            ("abc\u{2}\u{2}x", "axbc", 2), ("abc\u{1}\u{6}x", "axbc", 2), ("one two\u{17}x", "one x", 5),
            ("one two\u{1B}b\u{1B}bx", "xone two", 1), ("one two\u{1}\u{1B}fx", "onex two", 4),
            ("one two\u{1}\u{1B}d", " two", 0), ("one two\u{2}\u{B}", "one tw", 6), ("one\u{2}\u{15}", "e", 0),
            ("abc\u{7F}", "ab", 2), ("abc\u{8}", "ab", 2), ("abc\u{1B}[D\u{1B}[3~", "ab", 2),
            ("abc\u{1}\u{4}", "bc", 0), ("abc\u{1B}[Hx\u{1B}[Fy", "xabcy", 5), ("abc\u{1B}OHx\u{1B}OFy", "xabcy", 5),
            ("abc\u{1B}[1~x\u{1B}[4~y", "xabcy", 5), ("one two\u{1B}[1;5Dx", "one xtwo", 5),
            ("one two\u{17}\u{1}\u{19}", "twoone ", 3), ("ab\u{14}", "ba", 2), ("one two\u{1B}\u{7F}", "one ", 4),
            ("a\u{1B}[99;99~b\u{1B}[?1;2cc", "abc", 3), ("e\u{301}x\u{7F}\u{7F}", "", 0),
            ("👩‍👩‍👧‍👦x\u{1B}[D\u{7F}", "x", 0), ("日本\u{1B}[D語", "日語本", 2), ("a\u{1B}\rb", "a\nb", 3),
            ("\u{1B}[200~x\r\ny\tz\u{3}\u{1B}[A\u{1B}[201~!", "x\ny\tz!", 6), ("/sh\t\u{17}", "", 0),
            ("/set nohi\t", "/set nohistory", 14), ("/set now\t", "/set nowordwrap", 15), ("a\tb", "a\tb", 3),
            ("\u{1B}[200~a\u{1B}[201~\u{7F}b", "b", 1), ("a\u{9F}b\u{0}c\u{1F}d", "abcd", 4),
        ])
    func keysEdit(keys: String, text: String, cursor: Int) {
        var desk = Desk()
        desk.type(keys)
        #expect(desk.editor.content.text == text)
        #expect(desk.editor.content.cursor == cursor)
        #expect(desk.screen.text == desk.fresh.text)
    }

    @Test func bytesThatAreNoTextBecomeReplacements() {
        var desk = Desk()
        desk.type([0xFF, 0x61, 0xE2, 0x82, 0x62, 0xC3, 0xA9, 0xED, 0xA0, 0x80])
        #expect(desk.editor.content.text == "\u{FFFD}a\u{FFFD}bé\u{FFFD}")
    }

    @Test func enterSubmitsAndClears() {
        var desk = Desk()
        desk.type("hello\r")
        #expect(desk.submitted == ["hello"])
        #expect(desk.screen.shown == [">>> Send a message"])
        desk.type("again\n")
        #expect(desk.submitted == ["hello", "again"])
    }

    @Test func quotesHoldLinesTogether() {
        var desk = Desk()
        desk.type("\"\"\"one\rtwo\rthree\"\"\"\r")
        #expect(desk.submitted == ["\"\"\"one\ntwo\nthree\"\"\""])
        desk.type("/set system \"\"\"be\rbrief\"\"\"\r")
        #expect(desk.submitted.last == "/set system \"\"\"be\nbrief\"\"\"")
    }

    @Test func everyLineHasItsPrompt() {
        var desk = Desk()
        desk.type("\"\"\"one\rtwo")
        #expect(desk.screen.shown == [">>> \"\"\"one", "... two"])
        desk.type("\u{1B}[A\u{1}x")
        #expect(desk.screen.shown == [">>> x\"\"\"one", "... two"])
        #expect(desk.screen.row == 0)
    }

    @Test func controlKeysAskForActions() {
        var desk = Desk()
        desk.type("\u{3}abc\u{3}abc\u{7}\u{C}\u{1A}\u{15}\u{4}")
        #expect(
            desk.actions == [
                .interrupt(wasEmpty: true), .interrupt(wasEmpty: false), .edit("abc"), .clearScreen, .suspend,
                .endOfInput,
            ])
    }

    @Test func historyGoesBackAndForth() {
        var desk = Desk(history: ["first", "second"])
        desk.type("draft\u{1B}[A")
        #expect(desk.editor.content.text == "second")
        desk.type("\u{10}")
        #expect(desk.editor.content.text == "first")
        desk.type("\u{1B}[A")
        #expect(desk.editor.content.text == "first")
        desk.type("\u{1B}[B\u{E}")
        #expect(desk.editor.content.text == "draft")
        desk.type("\r\u{1B}[A")
        #expect(desk.editor.content.text == "draft")
        #expect(desk.editor.history.entries == ["first", "second", "draft"])
    }

    @Test func historyIsBoundedAndKeepsNoRepetition() {
        var history = LineHistory((0..<150).map { "line \($0)" })
        #expect(history.entries.count == LineHistory.limit)
        history.add("line 149")
        history.add("   ")
        history.add("new")
        #expect(history.entries.count == LineHistory.limit)
        #expect(history.entries.suffix(2) == ["line 149", "new"])
    }

    @Test func aLoneEscapeIsForgottenAfterAWhile() {
        var decoder = KeyDecoder()
        #expect(decoder.keys([0x1B]).isEmpty)
        #expect(decoder.awaitsRest)
        decoder.timeOut()
        #expect(decoder.keys([UInt8(ascii: "b")]) == [.character("b")])
    }

    @Test func longSequencesEndSomewhere() {
        var decoder = KeyDecoder()
        let bytes: [UInt8] = [0x1B, 0x5B] + Array(repeating: 0x30, count: 10_000) + [0x41, 0x61]
        #expect(decoder.keys(bytes) == [.up, .character("a")])
    }
}

/// What the screen shows is what drawing the last state afresh would show, whatever was typed before.
@Suite struct LineFrameTests {
    @Test func longLinesWrapAndUnwrap() {
        var desk = Desk(columns: 12, rows: 6)
        desk.type("abcdefghijklmnop")
        #expect(desk.screen.shown == [">>> abcdefgh", "ijklmnop"])
        desk.type(String(repeating: "\u{7F}", count: 8))
        #expect(desk.screen.shown == [">>> abcdefgh"])
        #expect(desk.screen.row == 1)
        desk.type("\u{7F}")
        #expect(desk.screen.row == 0)
        #expect(desk.screen.column == 11)
    }

    @Test func wideCharactersAreNotCut() {
        var desk = Desk(columns: 11, rows: 6)
        desk.type("日本語日本語")
        #expect(desk.screen.shown == [">>> 日本語", "日本語"])
        #expect(desk.screen.column == 6)
        desk.type("\u{1}x")
        #expect(desk.screen.shown == [">>> x日本語", "日本語"])
        desk.type("y")
        #expect(desk.screen.shown == [">>> xy日本", "語日本語"])
    }

    @Test func textHigherThanTheScreenShowsTheCursor() {
        var desk = Desk(columns: 20, rows: 4)
        for line in 0..<10 { desk.type("line \(line)\u{1B}\r") }
        #expect(desk.screen.text == desk.fresh.text)
        #expect(desk.screen.text.last == "...")
        for _ in 0..<10 { desk.type("\u{1B}[A") }
        #expect(desk.screen.text.first == ">>> line 0")
    }

    @Test func placeholderGoesAndComes() {
        var desk = Desk()
        #expect(desk.screen.shown == [">>> Send a message"])
        #expect(desk.screen.column == 4)
        desk.type("x")
        #expect(desk.screen.shown == [">>> x"])
        desk.type("\u{7F}")
        #expect(desk.screen.shown == [">>> Send a message"])
    }

    @Test func narrowerWindowsAreRedrawn() {
        var desk = Desk(columns: 30, rows: 8)
        desk.type("the quick brown fox jumps over the lazy dog")
        // A terminal of half the width has broken the two rows into four; the cursor is in the fourth.
        var screen = Screen(columns: 15, rows: 8)
        screen.write(">>> the quick brown fox jumps over the lazy dog")
        screen.write(desk.frame.erased(newColumns: 15))
        let next = LineFrame(desk.editor.content, style: Desk.style, columns: 15, height: 8)
        screen.write(next.drawn())
        #expect(screen.shown == [">>> the quick b", "rown fox jumps ", "over the lazy d", "og"].map { $0.trimmed })
    }

    @Test(arguments: 0..<60)
    func randomKeysLeaveTheScreenAsDrawnAfresh(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let columns = Int.random(in: 6...30, using: &generator)
        let rows = Int.random(in: 2...9, using: &generator)
        var desk = Desk(columns: columns, rows: rows, above: Int.random(in: 0..<rows, using: &generator))
        let keys = [
            "a", "b", " ", "word ", "日", "👩‍👧", "é", "\t", "\u{1B}\r", "\u{1}", "\u{5}", "\u{2}", "\u{6}", "\u{B}",
            "\u{15}", "\u{17}", "\u{7F}", "\u{1B}[A", "\u{1B}[B", "\u{1B}[C", "\u{1B}[D", "\u{1B}[3~", "\u{1B}b",
            "\u{1B}f", "\u{1B}d", "\u{19}", "\u{14}", "\u{1B}[200~x\r\ny\u{1B}[201~",
        ]
        for step in 0..<200 {
            let key = keys.randomElement(using: &generator) ?? ""
            desk.type(key)
            let fresh = desk.fresh
            #expect(desk.visible == Array(fresh.text[..<desk.frame.rows.count]), "key \(step), \(key.debugDescription)")
            #expect(desk.screen.column == fresh.column)
            #expect(fresh.row == desk.frame.cursorRow)
            guard desk.visible == Array(fresh.text[..<desk.frame.rows.count]) else { return }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
