/// A terminal's screen in small: obeys what the editor writes and shows what somebody would see.
///
/// Like real terminals it waits at the right edge: a character in the last column leaves the cursor there until the
/// next one comes.
struct Screen {
    private(set) var rows: [[Character]]
    private(set) var row = 0
    private(set) var column = 0
    private let columns: Int
    private var isWaitingAtEdge = false

    init(columns: Int, rows count: Int) {
        self.columns = columns
        rows = Array(repeating: Array(repeating: " ", count: columns), count: count)
    }

    /// The rows without the spaces at their ends; the second half of a wide character is no character.
    var text: [String] {
        rows.map { row in
            var line = String(row.filter { $0 != "\u{0}" })
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    /// The rows that hold something.
    var shown: [String] { Array(text[..<(text.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0)]) }

    mutating func write(_ output: String) {
        // A line end and a return are one Character; here they are two.
        var scalars = output.unicodeScalars[...]
        while let first = scalars.first {
            if first == "\u{1B}" {
                scalars = scalars.dropFirst()
                escape(&scalars)
            } else if first.value < 0x20 {
                control(first)
                scalars = scalars.dropFirst()
            } else {
                let text = String(scalars.prefix { $0.value >= 0x20 })
                scalars = scalars.dropFirst(text.unicodeScalars.count)
                for character in text { put(character) }
            }
        }
    }

    private mutating func control(_ scalar: Unicode.Scalar) {
        isWaitingAtEdge = false
        if scalar == "\r" { column = 0 }
        if scalar == "\n" { lineFeed() }
    }

    private mutating func lineFeed() {
        if row < rows.count - 1 { return row += 1 }
        rows.removeFirst()
        rows.append(Array(repeating: " ", count: columns))
    }

    private mutating func put(_ character: Character) {
        let width = Self.width(character)
        if isWaitingAtEdge || column + width > columns {
            column = 0
            lineFeed()
            isWaitingAtEdge = false
        }
        rows[row][column] = character
        if width == 2 { rows[row][column + 1] = "\u{0}" }
        column += width
        if column == columns {
            column -= 1
            isWaitingAtEdge = true
        }
    }

    /// Not the product's own table: what the tests write is ASCII, ideographs and emoji.
    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        return (0x1100...0x115F).contains(first.value) || (0x2E80...0x9FFF).contains(first.value)
            || (0xAC00...0xD7A3).contains(first.value) || first.value >= 0x1F300 ? 2 : 1
    }

    private mutating func escape(_ scalars: inout Substring.UnicodeScalarView) {
        precondition(scalars.popFirst() == "[", "the editor writes no other sequences")
        let parameters = String(scalars.prefix { $0.value < 0x40 })
        scalars = scalars.dropFirst(parameters.unicodeScalars.count)
        let count = max(Int(parameters) ?? 1, 1)
        let final = scalars.popFirst()
        if final != "m" { isWaitingAtEdge = false }
        switch final {
        case "A": row = max(row - count, 0)
        case "B": row = min(row + count, rows.count - 1)
        case "C": column = min(column + count, columns - 1)
        case "D": column = max(column - count, 0)
        case "H": (row, column) = (0, 0)
        case "K": clear(row: row, from: column)
        case "J":
            if parameters == "2" { return rows = rows.map { $0.map { _ in " " } } }
            clear(row: row, from: column)
            for below in rows.indices where below > row { clear(row: below, from: 0) }
        case "m": break
        default: preconditionFailure("the editor writes no such sequence: \(parameters)\(final.map(String.init) ?? "")")
        }
    }

    private mutating func clear(row: Int, from column: Int) {
        for index in column..<columns { rows[row][index] = " " }
    }
}
