/// What an edited text looks like on a terminal, and what to write so that the terminal shows it.
///
/// Lines are broken here, not by the terminal: what a terminal does at its right edge differs from one to the next.
/// A row is therefore ended by a line end before the next begins, and the last column may be full.
package struct LineFrame: Equatable, Sendable {
    /// What stands around the text.
    package struct Style: Equatable, Sendable {
        /// In front of the first line.
        package var prompt: String
        /// In front of the others.
        package var continuation: String
        /// Shown faint where there is no text.
        package var placeholder: String

        package init(prompt: String, continuation: String, placeholder: String) {
            self.prompt = prompt
            self.continuation = continuation
            self.placeholder = placeholder
        }
    }

    package struct Cell: Equatable, Sendable {
        let text: String
        let width: Int
        var isFaint = false
    }

    package private(set) var rows: [[Cell]] = [[]]
    package private(set) var cursorRow = 0
    package private(set) var cursorColumn = 0
    private let columns: Int

    /// - Parameters:
    ///   - columns: the terminal's width.
    ///   - height: rows at most; of a longer text, those around the cursor are shown.
    package init(_ content: EditorText, style: Style, columns: Int, height: Int) {
        self.columns = max(columns, 2)
        append(style.prompt)
        for (index, character) in content.characters.enumerated() {
            if character == "\n" {
                if index == content.cursor { placeCursor() }
                rows.append([])
                append(style.continuation)
            } else {
                append(character, isCursor: index == content.cursor)
            }
        }
        if content.isCursorAtEnd {
            if width(rows.count - 1) == self.columns { rows.append([]) }
            placeCursor()
        }
        if content.isEmpty { appendPlaceholder(style.placeholder) }
        cut(height: max(height, 1))
    }

    private mutating func append(_ text: String) {
        for character in text { append(character, isCursor: false) }
    }

    private mutating func append(_ character: Character, isCursor: Bool) {
        var column = width(rows.count - 1)
        let wanted = character == "\t" ? 1 : CharacterWidth.of(character)
        if column + wanted > columns {
            rows.append([])
            column = 0
        }
        if isCursor { placeCursor() }
        guard character == "\t" else {
            return rows[rows.count - 1].append(Cell(text: String(character), width: wanted))
        }
        let stop = min(8 - column % 8, columns - column)
        rows[rows.count - 1].append(Cell(text: String(repeating: " ", count: stop), width: stop))
    }

    private mutating func appendPlaceholder(_ text: String) {
        for character in text.prefix(max(columns - width(0), 0)) {
            rows[0].append(Cell(text: String(character), width: CharacterWidth.of(character), isFaint: true))
        }
    }

    private mutating func placeCursor() {
        cursorRow = rows.count - 1
        cursorColumn = min(width(cursorRow), columns - 1)
    }

    private mutating func cut(height: Int) {
        guard rows.count > height else { return }
        let first = min(max(cursorRow - height / 2, 0), rows.count - height)
        rows = Array(rows[first..<(first + height)])
        cursorRow -= first
    }

    private func width(_ row: Int) -> Int { rows[row].reduce(0) { $0 + $1.width } }

    // MARK: Drawing

    /// Draws the frame where nothing stands: the cursor is at the beginning of an empty row.
    package func drawn() -> String { update(from: LineFrame(blank: columns)) }

    /// Changes a terminal that shows another frame of the same width to this one.
    package func update(from old: LineFrame) -> String {
        var pen = Pen(row: old.cursorRow, column: old.cursorColumn)
        for index in rows.indices {
            let before = index < old.rows.count ? old.rows[index] : []
            let row = rows[index]
            let same = zip(row, before).prefix { $0 == $1 }.count
            // Rows that are new must be begun, even if they stay empty.
            guard same < max(row.count, before.count) || index >= old.rows.count else { continue }
            pen.move(to: index, Self.width(row[..<same]), lastRow: old.rows.count - 1)
            pen.write(row[same...])
            if Self.width(row[...]) < Self.width(before[...]) { pen.output += "\u{1B}[K" }
        }
        if old.rows.count > rows.count {
            pen.move(to: rows.count, 0, lastRow: old.rows.count - 1)
            pen.output += "\u{1B}[J"
        }
        pen.move(to: cursorRow, cursorColumn, lastRow: max(old.rows.count, rows.count) - 1)
        return pen.output
    }

    /// Removes the frame, leaving the cursor where it began.
    ///
    /// - Parameter newColumns: the width that the terminal has by now; its rows have been broken anew if it is smaller.
    package func erased(newColumns: Int) -> String {
        let newColumns = max(newColumns, 1)
        let above = (0..<cursorRow).reduce(0) { $0 + max(1, (width($1) + newColumns - 1) / newColumns) }
        let up = above + cursorColumn / newColumns
        return "\r" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[J"
    }

    /// Moves below the frame.
    package func left() -> String {
        let down = rows.count - 1 - cursorRow
        return (down > 0 ? "\u{1B}[\(down)B" : "") + "\r\n"
    }

    private init(blank columns: Int) { self.columns = columns }

    private static func width(_ cells: ArraySlice<Cell>) -> Int { cells.reduce(0) { $0 + $1.width } }
}

/// Where the terminal's cursor is while a frame is drawn, and what was written.
private struct Pen {
    var output = ""
    private var row: Int
    private var column: Int

    init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }

    /// - Parameter lastRow: the last row that exists on the terminal; further down only line ends lead.
    mutating func move(to newRow: Int, _ newColumn: Int, lastRow: Int) {
        if newRow < row { output += "\u{1B}[\(row - newRow)A" }
        if newRow > row {
            let existing = min(newRow, max(lastRow, row)) - row
            if existing > 0 { output += "\u{1B}[\(existing)B" }
            let missing = newRow - row - existing
            output += String(repeating: "\r\n", count: missing)
            if missing > 0 { column = 0 }
        }
        row = newRow
        // A full row leaves the cursor in doubt, so columns count from the left.
        guard newColumn != column else { return }
        output += newColumn == 0 ? "\r" : "\r\u{1B}[\(newColumn)C"
        column = newColumn
    }

    mutating func write(_ cells: ArraySlice<LineFrame.Cell>) {
        var isFaint = false
        for cell in cells {
            if cell.isFaint != isFaint { output += cell.isFaint ? "\u{1B}[90m" : "\u{1B}[0m" }
            isFaint = cell.isFaint
            output += cell.text
            column += cell.width
        }
        if isFaint { output += "\u{1B}[0m" }
    }
}
