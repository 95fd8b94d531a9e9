/// Breaks a stream of text between words, while it is written.
///
/// The beginning of a word is shown at once; if the word turns out not to fit, it is taken back and written anew in the
/// next row. So nothing waits for the end of a word. Where there is no room for a word at all, it is broken.
package struct WordWrapper: Sendable {
    private let columns: Int
    private var column = 0
    /// The word being written, and the columns that it takes.
    private var word = ""
    private var wordWidth = 0

    /// - Parameter columns: the terminal's width.
    package init(columns: Int) { self.columns = max(columns, 2) }

    /// What to write for the next piece of text.
    package mutating func append(_ text: String) -> String {
        var output = ""
        for character in text { append(character, &output) }
        return output
    }

    private mutating func append(_ character: Character, _ output: inout String) {
        switch character {
        case "\n", "\r\n":
            output += "\r\n"
            column = 0
            endWord()
        case " ":
            endWord()
            // A space that would begin a row is the break itself.
            guard column < columns - 1 else { return }
            output += " "
            column += 1
        case "\t":
            endWord()
            let width = min(8 - column % 8, columns - 1 - column)
            output += String(repeating: " ", count: max(width, 0))
            column += max(width, 0)
        default: place(character, &output)
        }
    }

    private mutating func place(_ character: Character, _ output: inout String) {
        let width = CharacterWidth.of(character)
        if column + width > columns - 1 { breakRow(&output) }
        output.append(character)
        column += width
        // Between wide characters, as of Chinese, a row may end anywhere.
        if width == 2 { return endWord() }
        word.append(character)
        wordWidth += width
    }

    private mutating func breakRow(_ output: inout String) {
        if wordWidth < column, wordWidth > 0 {
            output += "\u{1B}[\(wordWidth)D\u{1B}[K\r\n" + word
            column = wordWidth
        } else {
            output += "\r\n"
            column = 0
            endWord()
        }
    }

    private mutating func endWord() {
        word = ""
        wordWidth = 0
    }
}
