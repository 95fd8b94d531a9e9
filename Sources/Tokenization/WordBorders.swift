/// Where a text may be cut before U+2581 without changing its tokens: where no token reaches over.
///
/// Merging words one by one is faster than merging a line, and words repeat.
struct WordBorders: Sendable {
    /// Bytes that stand directly before U+2581 in some token.
    private var joins = [Bool](repeating: false, count: 256)

    /// Takes note of a text that tokens can grow to.
    mutating func learn(_ bytes: [UInt8], _ text: Range<Int>) {
        var position = text.lowerBound + 1
        while position + 2 < text.upperBound {
            if Self.isEscapedSpace(bytes, position, text.upperBound) {
                let isRun =
                    position - 3 >= text.lowerBound && Self.isEscapedSpace(bytes, position - 3, text.upperBound)
                if !isRun { joins[Int(bytes[position - 1])] = true }
            }
            position += 1
        }
    }

    /// The first border after the start of a range, or the range's end.
    func nextBorder(in text: [UInt8], from start: Int, to end: Int) -> Int {
        var afterSpace = true
        var position = start
        while position < end {
            let isSpace = Self.isEscapedSpace(text, position, end)
            if isSpace, !afterSpace, !joins[Int(text[position - 1])] { return position }
            afterSpace = isSpace
            position = min(position + ByteTexts.characterLength(text[position]), end)
        }
        return end
    }

    private static func isEscapedSpace(_ text: [UInt8], _ position: Int, _ end: Int) -> Bool {
        text[position] == 0xE2 && position + 2 < end && text[position + 1] == 0x96 && text[position + 2] == 0x81
    }
}
