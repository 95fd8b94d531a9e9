/// Reads JSON strictly by RFC 8259: no comments, no trailing commas, no lone surrogates, nothing after the value.
///
/// Works on hostile input: time is linear in the bytes, memory a small multiple of them, and nesting is bounded.
package struct JSONParser {
    /// What a parser accepts beyond the grammar's own rules.
    package struct Options: Sendable {
        /// Arrays and objects inside one another.
        package var depthLimit = 128
        /// Size of the whole text.
        package var byteCountLimit = 256 << 20
        /// Whether a name may occur twice in an object; its last value then counts, as most parsers have it.
        package var allowsDuplicateKeys = false

        package init() {}
    }

    private let bytes: [UInt8]
    private let options: Options
    private var offset = 0

    private static let numberLengthLimit = 1000

    /// Parses a whole text.
    package static func parse(_ bytes: [UInt8], options: Options = Options()) throws(JSONError) -> JSONValue {
        guard bytes.count <= options.byteCountLimit else {
            throw .tooLarge(byteCount: bytes.count, limit: options.byteCountLimit)
        }
        var parser = JSONParser(bytes: bytes, options: options)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if let byte = parser.next { throw parser.unexpected(byte, "the end") }
        return value
    }

    /// Parses a whole text.
    package static func parse(_ text: String, options: Options = Options()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), options: options)
    }

    private init(bytes: [UInt8], options: Options) {
        self.bytes = bytes
        self.options = options
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = next else { throw .truncated(offset: offset, expected: "a value") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected(byte, "a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for expected in "\(word)".utf8 {
            guard let byte = next else { throw .truncated(offset: offset, expected: "\(word)") }
            guard byte == expected else { throw unexpected(byte, "\(word)") }
            offset += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try enter(depth)
        var elements: [JSONValue] = []
        if try take(UInt8(ascii: "]"), or: "a value or ']'") { return elements }
        repeat {
            elements.append(try value(depth: depth))
        } while try !isLast(closedBy: UInt8(ascii: "]"))
        return elements
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try enter(depth)
        var object = JSONObject()
        if try take(UInt8(ascii: "}"), or: "a name or '}'") { return object }
        repeat {
            skipSpace()
            let start = offset
            guard let byte = next else { throw .truncated(offset: offset, expected: "a name in quotes") }
            guard byte == UInt8(ascii: "\"") else { throw unexpected(byte, "a name in quotes") }
            let key = try string()
            guard try take(UInt8(ascii: ":"), or: "':'") else { throw unexpected(bytes[offset], "':'") }
            guard options.allowsDuplicateKeys || object[key] == nil else {
                throw .duplicateKey(offset: start, key: key)
            }
            object[key] = try value(depth: depth)
        } while try !isLast(closedBy: UInt8(ascii: "}"))
        return object
    }

    /// Steps over an opening bracket.
    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= options.depthLimit else { throw .tooDeep(offset: offset, limit: options.depthLimit) }
        offset += 1
    }

    /// Steps over a comma or the closing bracket; true for the bracket.
    private mutating func isLast(closedBy bracket: UInt8) throws(JSONError) -> Bool {
        let expected = "',' or '\(Unicode.Scalar(bracket))'"
        if try take(bracket, or: expected) { return true }
        guard try take(UInt8(ascii: ","), or: expected) else { throw unexpected(bytes[offset], expected) }
        return false
    }

    /// Steps over space and then over `byte` if it comes next; throws where the text ends.
    private mutating func take(_ byte: UInt8, or expected: String) throws(JSONError) -> Bool {
        skipSpace()
        guard let found = next else { throw .truncated(offset: offset, expected: expected) }
        guard found == byte else { return false }
        offset += 1
        return true
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        let leadsWithZero = next == UInt8(ascii: "0")
        let firstDigit = offset
        try digits()
        if leadsWithZero, offset > firstDigit + 1 {
            offset = firstDigit + 1
            throw unexpected(bytes[offset], "no digit after a leading zero")
        }
        if next == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        guard offset - start <= Self.numberLengthLimit else {
            throw .numberTooLong(offset: start, limit: Self.numberLengthLimit)
        }
        return JSONNumber(verified: String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    /// Steps over one or more digits.
    private mutating func digits() throws(JSONError) {
        let start = offset
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
        guard offset == start else { return }
        guard let byte = next else { throw .truncated(offset: offset, expected: "a digit") }
        throw unexpected(byte, "a digit")
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        let start = offset
        offset += 1
        var text: [UInt8] = []
        var segment = offset
        while true {
            guard let byte = next else { throw .truncated(offset: offset, expected: "the end of a string") }
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: bytes[segment..<offset])
                offset += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw .invalidText(offset: start) }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[segment..<offset])
                try escape(into: &text)
                segment = offset
            case 0..<0x20: throw unexpected(byte, "no control character in a string")
            default: offset += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = offset
        offset += 1
        guard let byte = next else { throw .truncated(offset: offset, expected: "an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar(start: start)
            text.append(contentsOf: Array(String(scalar).utf8))
        default:
            offset -= 1
            throw unexpected(byte, "an escape: one of \" \\ / b f n r t u")
        }
    }

    /// The scalar of one `\u` escape, or of two that are a surrogate pair.
    private mutating func escapedScalar(start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, next == UInt8(ascii: "\\"), offset + 1 < bytes.count,
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .loneSurrogate(offset: start) }
        offset += 2
        let low = try hexadecimalUnit()
        guard low >= 0xDC00, low <= 0xDFFF,
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        else { throw .loneSurrogate(offset: start) }
        return scalar
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw .truncated(offset: offset, expected: "four hexadecimal digits") }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected(byte, "four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            offset += 1
        }
        return unit
    }

    // MARK: Bytes

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func unexpected(_ byte: UInt8, _ expected: String) -> JSONError {
        let isPrintable = byte > 0x20 && byte < 0x7F
        let found = isPrintable ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
        return .unexpected(offset: offset, expected: expected, found: found)
    }
}
