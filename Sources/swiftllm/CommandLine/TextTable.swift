/// Rows of text in aligned columns.
struct TextTable {
    enum Alignment { case left, right }

    private let alignments: [Alignment]
    private var rows: [[String]] = []
    /// Spaces between columns.
    private let gap: Int

    /// - Parameter header: a title and an alignment for each column.
    init(_ header: [(title: String, alignment: Alignment)]) {
        gap = 2
        alignments = header.map(\.alignment)
        rows = [header.map(\.title)]
    }

    /// A table without a header, aligned left.
    init(_ rows: [[String]], gap: Int = 2) {
        self.gap = gap
        alignments = (rows.first ?? []).map { _ in .left }
        self.rows = rows
    }

    /// - Precondition: as many cells as columns.
    mutating func append(_ cells: [String]) { rows.append(cells) }

    /// The table, a line end after every row.
    var text: String {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(zip(row, alignments), widths).map { cell, width in
                let padding = String(repeating: " ", count: width - cell.0.count)
                return cell.1 == .left ? cell.0 + padding : padding + cell.0
            }
            var line = Substring(cells.joined(separator: String(repeating: " ", count: gap)))
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
