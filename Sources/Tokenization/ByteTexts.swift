/// How vocabularies write bytes as text: one printable character for each byte, or `<0x0A>`.
enum ByteTexts {
    /// Character of each byte in byte-level vocabularies: printable ones of Latin-1 stand for themselves, the others
    /// take the characters from U+0100 on in order.
    static let characters: [UInt16] = {
        var next: UInt16 = 0x100
        return (0..<256).map { byte in
            if 0x21...0x7E ~= byte || 0xA1...0xAC ~= byte || 0xAE...0xFF ~= byte { return UInt16(byte) }
            defer { next += 1 }
            return next
        }
    }()

    private static let bytesByCharacter: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, character) in characters.enumerated() { bytes[Int(character)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that a range of a byte-level text stands for; false if it has other characters.
    static func appendDecoded(_ text: [UInt8], _ range: Range<Int>, to bytes: inout [UInt8]) -> Bool {
        let table = bytesByCharacter
        var position = range.lowerBound
        while position < range.upperBound {
            var character = Int(text[position])
            position += 1
            if character >= 0x80 {
                // Two bytes of UTF-8 reach past the last character of the table.
                guard 0xC2...0xDF ~= character, position < range.upperBound, text[position] & 0xC0 == 0x80 else {
                    return false
                }
                character = (character & 0x1F) << 6 | Int(text[position] & 0x3F)
                position += 1
            }
            guard character < table.count, table[character] >= 0 else { return false }
            bytes.append(UInt8(truncatingIfNeeded: table[character]))
        }
        return true
    }

    /// `<0x0A>`, the text of a byte in SentencePiece vocabularies.
    static func name(of byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]] + Array(">".utf8)
    }

    /// The byte that a text like `<0x0A>` names.
    static func byte(named name: some Collection<UInt8>) -> UInt8? {
        let text = Array(name)
        guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
    }

    /// U+2581, which stands for a space.
    static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]

    /// The text with every space written as U+2581.
    static func escapingSpaces(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.count + text.count / 2)
        for byte in text {
            if byte == UInt8(ascii: " ") { escaped.append(contentsOf: escapedSpace) } else { escaped.append(byte) }
        }
        return escaped
    }

    /// Appends a range of a text with every U+2581 written as a space.
    static func appendUnescapingSpaces(_ text: [UInt8], _ range: Range<Int>, to unescaped: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            let isSpace =
                text[position] == 0xE2 && position + 2 < range.upperBound && text[position + 1] == 0x96
                && text[position + 2] == 0x81
            unescaped.append(isSpace ? UInt8(ascii: " ") : text[position])
            position += isSpace ? escapedSpace.count : 1
        }
    }

    /// Bytes of a character by its first one alone, as llama.cpp counts them, so that bytes that are not UTF-8 can
    /// be told apart too.
    static func characterLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }
}
