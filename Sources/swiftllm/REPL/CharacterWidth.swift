/// How many columns of a terminal text takes.
///
/// *Source*: Unicode Standard Annex 11 (East Asian Width), and what terminals do with emoji: two columns.
package enum CharacterWidth {
    /// Columns of a character: 0, 1 or 2. Control characters count nothing; nobody may print them.
    package static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.isASCII { return character == "\r\n" ? 0 : of(first) }
        if flagLetters.contains(first), character.unicodeScalars.count == 2 { return 2 }
        let isShownAsEmoji = character.unicodeScalars.contains(emojiSelector) && first.properties.isEmoji
        return isShownAsEmoji ? 2 : of(first)
    }

    /// Columns of a text without line ends.
    package static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

    private static let emojiSelector: Unicode.Scalar = "\u{FE0F}"
    private static let flagLetters: ClosedRange<Unicode.Scalar> = "\u{1F1E6}"..."\u{1F1FF}"

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return isWide(scalar) ? 2 : 1
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        var candidates = wideRanges[...]
        while let middle = candidates.indices.randomAccessMiddle {
            let range = candidates[middle]
            if range.contains(scalar.value) { return true }
            candidates = scalar.value < range.lowerBound ? candidates[..<middle] : candidates[(middle + 1)...]
        }
        return false
    }
}

extension Range<Int> {
    fileprivate var randomAccessMiddle: Int? { isEmpty ? nil : lowerBound + count / 2 }
}
