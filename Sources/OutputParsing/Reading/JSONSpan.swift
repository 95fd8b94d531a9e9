/// Finds the end of a JSON value while its bytes come; what it contains is checked when it is whole.
struct JSONSpan: Sendable {
    /// Where a byte lies.
    enum Place {
        case inside
        /// The value's last byte.
        case last
        /// Already behind the value: numbers and words end only where something else begins.
        case behind
    }

    private var depth = 0
    private var isEscaped = false
    private var isScalar = false
    /// Whether the last byte lay in a string.
    private(set) var isInString = false

    /// Reads the next byte of the value, the first one included.
    mutating func read(_ byte: UInt8) -> Place {
        if isInString { return readInString(byte) }
        switch byte {
        case UInt8(ascii: "\""):
            guard !isScalar else { return .behind }
            isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard !isScalar else { return .behind }
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            guard depth > 0 else { return .behind }
            depth -= 1
            return depth == 0 ? .last : .inside
        default:
            guard depth == 0 else { return .inside }
            if byte.isSpace || byte == UInt8(ascii: ",") { return .behind }
            isScalar = true
        }
        return .inside
    }

    private mutating func readInString(_ byte: UInt8) -> Place {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            return depth == 0 ? .last : .inside
        }
        return .inside
    }
}

/// The bytes of one JSON value as a model writes them, with what is known to be written carelessly put right:
/// control characters in strings, which JSON wants escaped.
struct JSONCapture: Sendable {
    private var span = JSONSpan()
    private(set) var bytes: [UInt8] = []

    /// Reads the next byte of the value; the bytes to add to its text are those that `bytes` gained.
    mutating func read(_ byte: UInt8) -> JSONSpan.Place {
        let wasInString = span.isInString
        let place = span.read(byte)
        guard place != .behind else { return place }
        if wasInString, byte < 0x20 {
            bytes.append(contentsOf: Self.escape(byte))
        } else {
            bytes.append(byte)
        }
        return place
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x0A: Array("\\n".utf8)
        case 0x0D: Array("\\r".utf8)
        case 0x09: Array("\\t".utf8)
        default: Array((byte < 0x10 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
        }
    }
}
