/// A text and a cursor between its characters.
package struct EditorText: Equatable, Sendable {
    package private(set) var characters: [Character] = []
    /// How many characters stand before the cursor.
    package private(set) var cursor = 0

    package init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    package var text: String { String(characters) }
    package var isEmpty: Bool { characters.isEmpty }
    package var isCursorAtEnd: Bool { cursor == characters.count }

    /// Inserts at the cursor; scalars join their neighbours where they form one character, as accents do.
    package mutating func insert(_ inserted: String) {
        let before = String(characters[..<cursor]) + inserted
        let whole = before + String(characters[cursor...])
        characters = Array(whole)
        var length = 0
        cursor = 0
        while length < before.utf8.count, cursor < characters.count {
            length += characters[cursor].utf8.count
            cursor += 1
        }
    }

    package mutating func removeBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    package mutating func removeForward() { if !isCursorAtEnd { characters.remove(at: cursor) } }

    /// Removes up to another place and moves there; returns what was removed.
    package mutating func remove(to place: Int) -> String {
        let range = min(place, cursor)..<max(place, cursor)
        let removed = String(characters[range])
        characters.removeSubrange(range)
        cursor = range.lowerBound
        return removed
    }

    package mutating func move(to place: Int) { cursor = min(max(place, 0), characters.count) }

    /// Exchanges the characters around the cursor and goes on, at the end the last two.
    package mutating func transpose() {
        guard cursor > 0, characters.count > 1 else { return }
        if isCursorAtEnd { cursor -= 1 }
        characters.swapAt(cursor - 1, cursor)
        cursor += 1
    }

    // MARK: Places

    /// The beginning of the cursor's line.
    package var lineStart: Int { characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }

    /// The end of the cursor's line.
    package var lineEnd: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }

    /// The beginning of the word before the cursor.
    package var wordStart: Int {
        guard let last = characters[..<cursor].lastIndex(where: { !$0.isWhitespace }) else { return 0 }
        return characters[..<last].lastIndex { $0.isWhitespace }.map { $0 + 1 } ?? 0
    }

    /// The end of the word behind the cursor.
    package var wordEnd: Int {
        guard let first = characters[cursor...].firstIndex(where: { !$0.isWhitespace }) else { return characters.count }
        return characters[first...].firstIndex { $0.isWhitespace } ?? characters.count
    }

    /// The same column in the line above; nil in the first line.
    package var placeAbove: Int? {
        let start = lineStart
        guard start > 0 else { return nil }
        let above = characters[..<(start - 1)].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return min(above + cursor - start, start - 1)
    }

    /// The same column in the line below; nil in the last line.
    package var placeBelow: Int? {
        let end = lineEnd
        guard end < characters.count else { return nil }
        let below = end + 1
        let belowEnd = characters[below...].firstIndex(of: "\n") ?? characters.count
        return min(below + cursor - lineStart, belowEnd)
    }
}
