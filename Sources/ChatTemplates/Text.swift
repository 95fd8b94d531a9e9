/// A Python string whose every character remembers who wrote it.
///
/// Python counts, slices and compares code points, so the text is an array of them (a lone surrogate, which Python
/// allows, is one too). The top bit of each says that the character came from the caller's data and not from the
/// template. Slicing, joining and replacing copy the bits along, so no filter has to know about them, and
/// a user's `<|im_end|>` stays recognisable as the user's however the template cuts and pastes it.
struct Text: Sendable {
    /// One code point, with `userBit` set if it is the caller's.
    typealias Symbol = UInt32

    static let userBit: Symbol = 1 << 31
    static let codePointMask: Symbol = userBit - 1

    var symbols: [Symbol]
    /// Whether Jinja's `safe` or `escape` made it: joining such a text with another escapes the other for HTML.
    var isMarkup = false

    init(symbols: [Symbol] = [], isMarkup: Bool = false) {
        self.symbols = symbols
        self.isMarkup = isMarkup
    }

    /// Text that the template or the engine wrote.
    init(_ string: String) {
        symbols = string.unicodeScalars.map(\.value)
    }

    /// Text out of the caller's data.
    init(user string: String) {
        symbols = string.unicodeScalars.map { $0.value | Text.userBit }
    }

    init(_ slice: ArraySlice<Symbol>, isMarkup: Bool = false) {
        symbols = Array(slice)
        self.isMarkup = isMarkup
    }

    var count: Int { symbols.count }
    var isEmpty: Bool { symbols.isEmpty }

    /// The code point at a place, without its origin.
    func codePoint(_ index: Int) -> UInt32 { symbols[index] & Text.codePointMask }

    mutating func append(_ other: Text) { symbols.append(contentsOf: other.symbols) }
    mutating func append(_ other: String) { symbols.append(contentsOf: other.unicodeScalars.lazy.map(\.value)) }

    /// The characters; a lone surrogate becomes U+FFFD.
    var string: String {
        var result = String.UnicodeScalarView()
        for symbol in symbols { result.append(Unicode.Scalar(symbol & Text.codePointMask) ?? "\u{FFFD}") }
        return String(result)
    }

    var hasLoneSurrogate: Bool {
        symbols.contains { ($0 & Text.codePointMask) & 0xFFFF_F800 == 0xD800 }
    }

    /// Itself as plain text: what Python's `str()` makes of markup.
    var plain: Text { Text(symbols: symbols) }
}

extension Text: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self.init(value) }
}

extension Text: Hashable {
    /// Equal characters are equal text, whoever wrote them.
    static func == (one: Text, other: Text) -> Bool { one.symbols[...].matches(other.symbols[...]) }

    func hash(into hasher: inout Hasher) {
        for symbol in symbols { hasher.combine(symbol & Text.codePointMask) }
    }
}

extension Text: Comparable {
    static func < (one: Text, other: Text) -> Bool {
        for (a, b) in zip(one.symbols, other.symbols) where (a ^ b) & codePointMask != 0 {
            return a & codePointMask < b & codePointMask
        }
        return one.count < other.count
    }
}

extension ArraySlice<Text.Symbol> {
    /// Whether two runs have the same characters.
    func matches(_ other: ArraySlice<Text.Symbol>) -> Bool {
        guard count == other.count else { return false }
        var difference: Text.Symbol = 0
        for (a, b) in zip(self, other) { difference |= a ^ b }
        return difference & Text.codePointMask == 0
    }

    /// Whether the run begins with other characters.
    func starts(with other: [Text.Symbol]) -> Bool {
        count >= other.count && prefix(other.count).matches(other[...])
    }
}

// MARK: Searching

extension Text {
    /// First place at or after `start` and ending by `end` where `needle` lies.
    ///
    /// - Complexity: linear in both lengths, so that no template can make it slow.
    func firstIndex(of needle: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
        let end = end ?? count
        guard start <= end - needle.count else { return nil }
        guard needle.count > 8 else {
            return (start...end - needle.count).first { symbols[$0...].starts(with: needle.symbols) }
        }
        // Knuth, Morris and Pratt: how much of the needle still matches after a mismatch.
        let borders = needle.borders()
        var matched = 0
        for index in start..<end {
            let point = codePoint(index)
            while matched > 0, needle.codePoint(matched) != point { matched = borders[matched - 1] }
            if needle.codePoint(matched) == point { matched += 1 }
            if matched == needle.count { return index + 1 - matched }
        }
        return nil
    }

    /// For each prefix, the length of its longest proper prefix that is its suffix too.
    private func borders() -> [Int] {
        var borders = [0]
        var length = 0
        for index in 1..<count {
            while length > 0, codePoint(index) != codePoint(length) { length = borders[length - 1] }
            if codePoint(index) == codePoint(length) { length += 1 }
            borders.append(length)
        }
        return borders
    }

    func reversed() -> Text { Text(symbols: symbols.reversed(), isMarkup: isMarkup) }

    /// Last place at or after `start` and ending by `end` where `needle` lies.
    func lastIndex(of needle: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
        let place = reversed().firstIndex(of: needle.reversed(), from: count - (end ?? count), to: count - start)
        return place.map { count - $0 - needle.count }
    }

    func contains(_ needle: Text) -> Bool { firstIndex(of: needle) != nil }
    func hasPrefix(_ prefix: Text) -> Bool { symbols[...].starts(with: prefix.symbols) }
    func hasSuffix(_ suffix: Text) -> Bool {
        count >= suffix.count && symbols[(count - suffix.count)...].matches(suffix.symbols[...])
    }

    /// Whether every character fulfils a condition on its code point.
    func allSatisfy(_ condition: (UInt32) -> Bool) -> Bool {
        symbols.allSatisfy { condition($0 & Text.codePointMask) }
    }

    /// Non-overlapping places of a needle that is not empty, at most `limit` of them.
    func places(of needle: Text, limit: Int = .max) -> [Int] {
        var places: [Int] = []
        var start = 0
        while places.count < limit, let place = firstIndex(of: needle, from: start) {
            places.append(place)
            start = place + needle.count
        }
        return places
    }
}

// MARK: Cutting and joining

extension Text {
    subscript(range: Range<Int>) -> Text { Text(symbols[range], isMarkup: isMarkup) }

    func joined(_ parts: [Text]) -> Text {
        var result = Text()
        for (index, part) in parts.enumerated() {
            if index > 0 { result.append(self) }
            result.append(part)
        }
        return result
    }

    /// Python's `replace`; an empty `old` matches between all characters.
    func replacing(_ old: Text, with new: Text, limit: Int) -> Text {
        var result = Text()
        var start = 0
        if old.isEmpty {
            for index in 0...count where index < limit || index < count {
                if index < limit { result.append(new) }
                if index < count { result.symbols.append(symbols[index]) }
            }
            return result
        }
        for place in places(of: old, limit: limit) {
            result.symbols.append(contentsOf: symbols[start..<place])
            result.append(new)
            start = place + old.count
        }
        result.symbols.append(contentsOf: symbols[start...])
        return result
    }

    /// The parts between separators, at most `limit` cuts, counted from the front.
    func split(by separator: Text, limit: Int) -> [Text] {
        var parts: [Text] = []
        var start = 0
        for place in places(of: separator, limit: limit) {
            parts.append(self[start..<place])
            start = place + separator.count
        }
        return parts + [self[start..<count]]
    }

    /// The parts between separators, at most `limit` cuts, counted from the back.
    func splitFromEnd(by separator: Text, limit: Int) -> [Text] {
        reversed().split(by: separator.reversed(), limit: limit).reversed().map { $0.reversed() }
    }

    /// The words between runs of white space; what is left after `limit` cuts keeps its inner space.
    func words(limit: Int) -> [Text] {
        var words: [Text] = []
        var index = 0
        while true {
            while index < count, PythonCharacter.isSpace(codePoint(index)) { index += 1 }
            guard index < count else { return words }
            if words.count >= limit { return words + [self[index..<count]] }
            let start = index
            while index < count, !PythonCharacter.isSpace(codePoint(index)) { index += 1 }
            words.append(self[start..<index])
        }
    }

    /// The same counted from the back.
    func wordsFromEnd(limit: Int) -> [Text] {
        reversed().words(limit: limit).reversed().map { $0.reversed() }
    }

    /// The lines, without or with what ends them.
    func lines(keepingEnds: Bool = false) -> [Text] {
        var lines: [Text] = []
        var start = 0
        var index = 0
        while index < count {
            guard PythonCharacter.isLineBreak(codePoint(index)) else {
                index += 1
                continue
            }
            let end = index
            index += codePoint(index) == 13 && index + 1 < count && codePoint(index + 1) == 10 ? 2 : 1
            lines.append(self[start..<(keepingEnds ? index : end)])
            start = index
        }
        if start < count { lines.append(self[start..<count]) }
        return lines
    }

    /// Without the given characters, or white space, at its start.
    func trimmedStart(_ characters: Text? = nil) -> Text {
        let isKept = Text.isKept(characters)
        return self[(symbols.firstIndex(where: isKept) ?? count)..<count]
    }

    /// Without the given characters, or white space, at its end.
    func trimmedEnd(_ characters: Text? = nil) -> Text {
        let isKept = Text.isKept(characters)
        return self[0..<(symbols.lastIndex(where: isKept) ?? -1) + 1]
    }

    func trimmed(_ characters: Text? = nil) -> Text { trimmedStart(characters).trimmedEnd(characters) }

    private static func isKept(_ trimmed: Text?) -> (Symbol) -> Bool {
        guard let trimmed else { return { !PythonCharacter.isSpace($0 & codePointMask) } }
        let set = Set(trimmed.symbols.map { $0 & codePointMask })
        return { !set.contains($0 & codePointMask) }
    }

    /// Padded with `fill` to a width, `left` and `right` telling how much of the missing goes where.
    func padded(left: Int, right: Int, with fill: Symbol = 32) -> Text {
        let before = Array(repeating: fill, count: max(left, 0))
        let after = Array(repeating: fill, count: max(right, 0))
        return Text(symbols: before + symbols + after, isMarkup: isMarkup)
    }

    /// Python's `center`, which puts the odd space left only if the width is odd too.
    func centered(_ width: Int, with fill: Symbol = 32) -> Text {
        let missing = max(width - count, 0)
        let left = missing / 2 + (missing & width & 1)
        return padded(left: left, right: missing - left, with: fill)
    }
}
