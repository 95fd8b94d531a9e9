/// Finds special tokens in a text.
///
/// The longest token of all wins wherever it stands, then the next longest in what is left, as in llama.cpp; an
/// earlier token does not keep a longer one from matching that begins inside it.
struct SpecialTokenMatcher: Sendable {
    /// A part of a text.
    enum Fragment: Equatable {
        case token(TokenID)
        case text(Range<Int>)
    }

    private struct Entry {
        var token: TokenID
        var text: [UInt8]
        var attributes: TokenAttributes
    }

    /// Longest text first.
    private var entries: [Entry] = []
    /// Entries by the first byte of their text, longest first.
    private var byFirstByte = [[Int32]](repeating: [], count: 256)
    /// For each pair of bytes whether a text starts with it; texts of one byte count for all second bytes.
    private var starts = [UInt64](repeating: 0, count: 1024)

    /// - Parameters:
    ///   - kinds: a token takes part if it has one of these attributes
    ///   - excluded: and none of these.
    init(
        texts: PackedTexts, attributes: [TokenAttributes], kinds: TokenAttributes,
        excluding excluded: TokenAttributes = []
    ) {
        for index in attributes.indices
        where !attributes[index].isDisjoint(with: kinds) && attributes[index].isDisjoint(with: excluded)
            && !texts[index].isEmpty && String(validating: texts.text(index), as: UTF8.self) != nil
        {
            // Only whole scalars: what is left between matches must be valid UTF-8 as the text was.
            entries.append(
                Entry(token: TokenID(index), text: texts.text(index), attributes: attributes[index]))
        }
        entries.sort { ($1.text.count, $0.token) < ($0.text.count, $1.token) }
        for (number, entry) in entries.enumerated() {
            byFirstByte[Int(entry.text[0])].append(Int32(number))
            let seconds = entry.text.count > 1 ? Int(entry.text[1])...Int(entry.text[1]) : 0...255
            for second in seconds { mark(Int(entry.text[0]) << 8 | second) }
        }
    }

    private mutating func mark(_ pair: Int) { starts[pair >> 6] |= 1 << UInt64(pair & 63) }

    /// Cuts a range of a text into special tokens and what is left between them.
    func fragments(of text: [UInt8], in range: Range<Int>) -> [Fragment] {
        let candidates = candidates(in: text, range)
        guard !candidates.isEmpty else { return range.isEmpty ? [] : [.text(range)] }
        let matches = selected(from: candidates, text, range)
        var fragments: [Fragment] = []
        var position = range.lowerBound
        for match in matches {
            if position < match.removed.lowerBound { fragments.append(.text(position..<match.removed.lowerBound)) }
            fragments.append(.token(match.token))
            position = match.removed.upperBound
        }
        if position < range.upperBound { fragments.append(.text(position..<range.upperBound)) }
        return fragments
    }

    /// The longest entry at each position where one fits: entry, position, packed to sort in order of precedence.
    private func candidates(in text: [UInt8], _ range: Range<Int>) -> [UInt64] {
        guard !entries.isEmpty else { return [] }
        var candidates: [UInt64] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let second = position + 1 < range.upperBound ? Int(text[position + 1]) : 0
            let pair = Int(text[position]) << 8 | second
            if starts[pair >> 6] >> UInt64(pair & 63) & 1 != 0,
                let entry = longest(in: text, at: position, end: range.upperBound, after: -1)
            {
                candidates.append(Self.packed(entry, position))
            }
            position += 1
        }
        return candidates
    }

    /// The first entry in order of precedence, after a given one, whose text stands at a position.
    private func longest(in text: [UInt8], at position: Int, end: Int, after previous: Int32) -> Int32? {
        byFirstByte[Int(text[position])].first { number in
            guard number > previous else { return false }
            let wanted = entries[Int(number)].text
            return wanted.count <= end - position
                && text[position..<position + wanted.count].elementsEqual(wanted)
        }
    }

    private static func packed(_ entry: Int32, _ position: Int) -> UInt64 { UInt64(entry) << 40 | UInt64(position) }

    private struct Match {
        var token: TokenID
        /// The token's text and the whitespace that it takes away.
        var removed: Range<Int>
    }

    /// Takes candidates in order of precedence, as long as nothing that was taken covers them.
    private func selected(from candidates: [UInt64], _ text: [UInt8], _ range: Range<Int>) -> [Match] {
        var heap = MinimumHeap()
        for candidate in candidates { heap.append(candidate) }
        heap.order()
        var covered = [Bool](repeating: false, count: range.count)
        var matches: [Match] = []
        while let candidate = heap.popMinimum() {
            let number = Int32(candidate >> 40)
            let start = Int(candidate & 0xFF_FFFF_FFFF)
            let entry = entries[Int(number)]
            let end = start + entry.text.count
            // What was taken before is at least as long: it covers this one's start or its end, or none of it.
            if covered[start - range.lowerBound] { continue }
            if covered[end - 1 - range.lowerBound] {
                if let next = longest(in: text, at: start, end: range.upperBound, after: number) {
                    heap.push(Self.packed(next, start))
                }
                continue
            }
            let removed = stripped(start..<end, entry.attributes, text, range, covered)
            for index in removed { covered[index - range.lowerBound] = true }
            matches.append(Match(token: entry.token, removed: removed))
        }
        return matches.sorted { $0.removed.lowerBound < $1.removed.lowerBound }
    }

    private func stripped(
        _ match: Range<Int>, _ attributes: TokenAttributes, _ text: [UInt8], _ range: Range<Int>, _ covered: [Bool]
    ) -> Range<Int> {
        var (start, end) = (match.lowerBound, match.upperBound)
        func isFree(_ index: Int) -> Bool {
            range.contains(index) && !covered[index - range.lowerBound] && Self.isSpace(text[index])
        }
        if attributes.contains(.stripsLeft) { while isFree(start - 1) { start -= 1 } }
        if attributes.contains(.stripsRight) { while isFree(end) { end += 1 } }
        return start..<end
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
