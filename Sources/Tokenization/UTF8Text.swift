/// UTF-8 as arrays of bytes.
enum UTF8Text {
    /// The bytes of U+FFFD.
    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// The text, with every byte that belongs to no valid scalar replaced by U+FFFD, as llama.cpp does.
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        var repaired: [UInt8] = []
        repaired.reserveCapacity(bytes.count + 2)
        var position = 0
        while position < bytes.count {
            if let length = validLength(in: bytes, at: position) {
                repaired.append(contentsOf: bytes[position..<position + length])
                position += length
            } else {
                repaired.append(contentsOf: replacement)
                position += 1
            }
        }
        return repaired
    }

    /// The number of bytes of the well-formed scalar that starts at a position; nil if none does.
    static func validLength(in bytes: [UInt8], at position: Int) -> Int? {
        if bytes[position] < 0x80 { return 1 }
        guard let (length, second) = form(ofLead: bytes[position]), position + length <= bytes.count,
            second.contains(bytes[position + 1])
        else { return nil }
        for index in position + 2..<max(position + length, position + 2) where bytes[index] & 0xC0 != 0x80 {
            return nil
        }
        return length
    }

    /// The number of bytes of a scalar with this first byte and what the second may be; nil if no scalar of several
    /// bytes has it.
    static func form(ofLead lead: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
        // Second bytes that would make an overlong form, a surrogate or a value past U+10FFFF are excluded.
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        default: nil
        }
    }

    /// The scalar at a position of valid UTF-8 and its number of bytes.
    static func scalar(in text: [UInt8], at position: Int) -> (value: UInt32, length: Int) {
        let lead = UInt32(text[position])
        if lead < 0x80 { return (lead, 1) }
        let second = UInt32(text[position + 1] & 0x3F)
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, 2) }
        let third = UInt32(text[position + 2] & 0x3F)
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
        return ((lead & 0x07) << 18 | second << 12 | third << 6 | UInt32(text[position + 3] & 0x3F), 4)
    }
}
