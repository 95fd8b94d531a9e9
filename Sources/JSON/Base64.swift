/// Bytes as text (RFC 4648).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Six bits by character; 0xFF for those that are none. Both alphabets, standard and URL-safe, are read.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// The text of some bytes, padded to a multiple of four.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let second = index + 1 < bytes.count ? bytes[index + 1] : nil
            let third = index + 2 < bytes.count ? bytes[index + 2] : nil
            let bits = UInt32(bytes[index]) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
            text.append(alphabet[Int(bits >> 18)])
            text.append(alphabet[Int(bits >> 12 & 63)])
            text.append(second == nil ? UInt8(ascii: "=") : alphabet[Int(bits >> 6 & 63)])
            text.append(third == nil ? UInt8(ascii: "=") : alphabet[Int(bits & 63)])
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; nil if it is not base64. Line ends are skipped and padding may be missing.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var characterCount = 0
        var paddingCount = 0
        for character in text.utf8 {
            if character == 0x0A || character == 0x0D { continue }
            if character == UInt8(ascii: "=") {
                paddingCount += 1
                continue
            }
            let value = values[Int(character)]
            guard value != 0xFF, paddingCount == 0 else { return nil }
            bits = bits << 6 | UInt32(value)
            characterCount += 1
            if characterCount % 4 == 0 {
                bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
                bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
                bytes.append(UInt8(truncatingIfNeeded: bits))
            }
        }
        switch characterCount % 4 {
        case 0: return paddingCount == 0 ? bytes : nil
        case 2 where paddingCount == 0 || paddingCount == 2:
            bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
        case 3 where paddingCount <= 1:
            bytes.append(UInt8(truncatingIfNeeded: bits >> 10))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 2))
        default: return nil
        }
        return bytes
    }
}
