/// Edits one message: keys in, the text and what to do with it out. It knows no terminal and no clock.
package struct LineEditor: Sendable {
    /// What a key asks of whoever drives the editor.
    package enum Action: Equatable, Sendable {
        /// Show the text as it now is.
        case redraw
        /// The message is complete.
        case submit(String)
        /// Ctrl-C: drop the text.
        case interrupt(wasEmpty: Bool)
        /// Ctrl-D on an empty line.
        case endOfInput
        /// Ctrl-L.
        case clearScreen
        /// Ctrl-G: let the user's own editor have the text.
        case edit(String)
        /// Ctrl-Z.
        case suspend
    }

    /// Whether a text needs more lines before it is a message; Enter then starts a new line.
    private let needsMore: @Sendable (String) -> Bool
    /// Beginnings that Tab completes, as whole texts.
    private let completions: [String]
    package private(set) var content = EditorText()
    package private(set) var history: LineHistory
    private var isPasting = false
    /// What was removed last, for Ctrl-Y.
    private var removed = ""

    package init(
        history: LineHistory = LineHistory(), completions: [String] = [],
        needsMore: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.history = history
        self.completions = completions
        self.needsMore = needsMore
    }

    /// Starts over with another text, such as one that comes from another editor.
    package mutating func replace(with text: String) {
        content = EditorText(TerminalText.harmless(text.replacing("\r\n", with: "\n")))
    }

    /// Remembers or forgets what was entered.
    package mutating func setHistory(_ history: LineHistory) { self.history = history }

    /// Takes a key.
    package mutating func take(_ key: Key) -> Action {
        if isPasting { return paste(key) }
        switch key {
        case .character(let scalar): content.insert(TerminalText.harmless(String(scalar)))
        case .tab: complete()
        case .newline: content.insert("\n")
        case .enter: return enter()
        case .pasteBegan: isPasting = true
        case .pasteEnded: break
        case .control(let letter): return control(letter)
        case .meta(let scalar): meta(scalar)
        default: edit(key)
        }
        return .redraw
    }

    private mutating func paste(_ key: Key) -> Action {
        switch key {
        case .pasteEnded: isPasting = false
        case .character(let scalar): content.insert(TerminalText.harmless(String(scalar)))
        case .enter, .newline: content.insert("\n")
        case .tab: content.insert("\t")
        default: break
        }
        return .redraw
    }

    /// Keys that mean one thing.
    private mutating func edit(_ key: Key) {
        switch key {
        case .backspace: content.removeBackward()
        case .delete: content.removeForward()
        case .left: content.move(to: content.cursor - 1)
        case .right: content.move(to: content.cursor + 1)
        case .wordLeft: content.move(to: content.wordStart)
        case .wordRight: content.move(to: content.wordEnd)
        case .home: content.move(to: content.lineStart)
        case .end: content.move(to: content.lineEnd)
        case .up: moveUp()
        case .down: moveDown()
        case .deleteWord: remove(to: content.wordStart)
        default: break
        }
    }

    private mutating func control(_ letter: Character) -> Action {
        switch letter {
        case "a": edit(.home)
        case "e": edit(.end)
        case "b": edit(.left)
        case "f": edit(.right)
        case "p": edit(.up)
        case "n": edit(.down)
        case "k": remove(to: content.lineEnd == content.cursor ? content.cursor + 1 : content.lineEnd)
        case "u": remove(to: content.lineStart)
        case "w": remove(to: content.wordStart)
        case "y": content.insert(removed)
        case "t": content.transpose()
        case "l": return .clearScreen
        case "g": return .edit(content.text)
        case "z": return .suspend
        case "d":
            if content.isEmpty { return .endOfInput }
            content.removeForward()
        case "c":
            let wasEmpty = content.isEmpty
            content = EditorText()
            return .interrupt(wasEmpty: wasEmpty)
        default: break
        }
        return .redraw
    }

    private mutating func meta(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "b", "B": edit(.wordLeft)
        case "f", "F": edit(.wordRight)
        case "d", "D": remove(to: content.wordEnd)
        default: break
        }
    }

    private mutating func remove(to place: Int) {
        let text = content.remove(to: min(max(place, 0), content.characters.count))
        if !text.isEmpty { removed = text }
    }

    private mutating func enter() -> Action {
        let text = content.text
        if needsMore(text) {
            content.move(to: content.characters.count)
            content.insert("\n")
            return .redraw
        }
        content = EditorText()
        history.add(text)
        return .submit(text)
    }

    private mutating func moveUp() {
        if let place = content.placeAbove { return content.move(to: place) }
        if let line = history.previous(from: content.text) { replace(with: line) }
    }

    private mutating func moveDown() {
        if let place = content.placeBelow { return content.move(to: place) }
        if let line = history.next() { replace(with: line) }
    }

    /// Completes a beginning as far as all candidates agree; elsewhere Tab is a tab.
    private mutating func complete() {
        let text = content.text
        guard content.isCursorAtEnd, text.hasPrefix("/") else { return content.insert("\t") }
        let candidates = completions.filter { $0.hasPrefix(text) }
        guard let first = candidates.first else { return }
        let common = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        content.insert(String(common.dropFirst(text.count)))
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
