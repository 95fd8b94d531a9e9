/// What was entered before, oldest first, and where somebody looks in it.
package struct LineHistory: Equatable, Sendable {
    /// How many entries are kept, as Ollama does.
    package static let limit = 100

    package private(set) var entries: [String]
    /// The entry that is shown; `entries.count` is the line being written.
    private var position: Int
    /// The line being written, while an entry is shown in its place.
    private var draft = ""

    package init(_ entries: [String] = []) {
        self.entries = entries.suffix(Self.limit)
        position = self.entries.count
    }

    /// Adds an entry, unless it repeats the last one, and goes back to the end.
    package mutating func add(_ line: String) {
        defer { position = entries.count }
        guard !line.allSatisfy(\.isWhitespace), line != entries.last else { return }
        entries.append(line)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }

    /// The entry before the one that is shown, or nil at the oldest.
    ///
    /// - Parameter line: what is shown now; kept if it is the line being written.
    package mutating func previous(from line: String) -> String? {
        guard position > 0 else { return nil }
        if position == entries.count { draft = line }
        position -= 1
        return entries[position]
    }

    /// The entry after the one that is shown, at last the line being written; nil behind it.
    package mutating func next() -> String? {
        guard position < entries.count else { return nil }
        position += 1
        return position == entries.count ? draft : entries[position]
    }
}
