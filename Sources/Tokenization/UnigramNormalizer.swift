/// Text as Unigram reads it: characters replaced by the map, and spaces put and merged as the flags say.
struct UnigramNormalizer {
    /// What was appended, normalised.
    private(set) var text: [UInt8] = []
    private let map: CharacterMap
    private let flags: VocabularyFlags
    private var hasPrefix = false
    private var isInWord = false

    /// - Parameter byteCount: of the text that will be appended.
    init(_ map: CharacterMap, _ flags: VocabularyFlags, byteCount: Int) {
        self.map = map
        self.flags = flags
        text.reserveCapacity(byteCount + byteCount / 2)
    }

    /// Appends valid UTF-8.
    mutating func append(_ source: [UInt8]) {
        var position = 0
        while position < source.count {
            if position + 1 < source.count, map.keeps(source[position], before: source[position + 1]) {
                append(source[position])
                position += 1
            } else if let replacement = map.replacement(in: source, at: position) {
                for byte in replacement.bytes { append(byte) }
                position += replacement.consumed
            } else {
                let length = UTF8Text.validLength(in: source, at: position) ?? 1
                for index in position..<position + length { append(source[index]) }
                position += length
            }
        }
    }

    private mutating func append(_ byte: UInt8) {
        guard byte != UInt8(ascii: " ") else {
            isInWord = false
            if !flags.removesExtraSpaces { appendSpace() }
            return
        }
        if !isInWord {
            isInWord = true
            if flags.addsSpacePrefix && !hasPrefix || flags.removesExtraSpaces {
                appendSpace()
                hasPrefix = true
            }
        }
        text.append(byte)
    }

    private mutating func appendSpace() {
        guard flags.escapesSpaces else { return text.append(UInt8(ascii: " ")) }
        for byte in ByteTexts.escapedSpace { text.append(byte) }
    }
}
