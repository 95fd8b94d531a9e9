import JSON

/// Reads calls and literals as Python writes them; JSON's `true`, `false` and `null` count too.
///
/// Formula: call `name(key=value, …)`, value: string, number, `True`, `False`, `None`, `[…]`, `(…)`, `{key: value}`.
struct PythonLiteral {
    /// A call as written.
    struct Call {
        let name: String
        var positional: [JSONValue] = []
        var named = JSONObject()
    }

    private let bytes: [UInt8]
    private var offset = 0
    private static let depthLimit = 64

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A whole text that is one value; nil if it is none.
    static func value(_ bytes: [UInt8]) -> JSONValue? {
        var reader = PythonLiteral(bytes)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.offset == bytes.count ? value : nil
    }

    /// A whole text of calls between `[` and `]`, or separated by commas, semicolons or line breaks; nil if it is none.
    static func calls(_ bytes: [UInt8]) -> [Call]? {
        var reader = PythonLiteral(bytes)
        reader.skipSpace()
        let isList = reader.take("[")
        var calls: [Call] = []
        while true {
            reader.skipSpace()
            if isList, reader.take("]") { break }
            if !isList, reader.next == nil { break }
            guard let call = reader.call(depth: 0) else { return nil }
            calls.append(call)
            reader.skipSpace()
            if !reader.take(","), !isList { _ = reader.take(";") }
        }
        reader.skipSpace()
        return reader.offset == bytes.count ? calls : nil
    }

    // MARK: Calls

    private mutating func call(depth: Int) -> Call? {
        guard depth < 2, let name = identifier(), take("(") else { return nil }
        var call = Call(name: name)
        skipSpace()
        // `print(f(…))` is how some models were taught to show a result.
        if name == "print", let inner = attempt({ $0.call(depth: depth + 1) }) {
            skipSpace()
            return take(")") ? inner : nil
        }
        while !take(")") {
            if let key = attempt({ $0.keyword() }) {
                guard let value = value(depth: 0) else { return nil }
                call.named[key] = value
            } else {
                guard let value = value(depth: 0) else { return nil }
                call.positional.append(value)
            }
            skipSpace()
            if !take(","), next != UInt8(ascii: ")") { return nil }
            skipSpace()
        }
        return call
    }

    /// A name and the `=` after it.
    private mutating func keyword() -> String? {
        guard let name = identifier() else { return nil }
        skipSpace()
        return take("=") ? name : nil
    }

    private mutating func identifier() -> String? {
        let start = offset
        while let byte = next, byte.isNamePart, byte != UInt8(ascii: ":"), byte != UInt8(ascii: "/") { offset += 1 }
        guard offset > start, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start]) else { return nil }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// Reads something, or nothing at all.
    private mutating func attempt<Result>(_ read: (inout PythonLiteral) -> Result?) -> Result? {
        let start = offset
        guard let result = read(&self) else {
            offset = start
            return nil
        }
        return result
    }

    // MARK: Values

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth < Self.depthLimit else { return nil }
        skipSpace()
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map(JSONValue.string)
        case UInt8(ascii: "["): return elements("[", "]", depth: depth).map(JSONValue.array)
        case UInt8(ascii: "("): return elements("(", ")", depth: depth).map(JSONValue.array)
        case UInt8(ascii: "{"): return dictionary(depth: depth).map(JSONValue.object)
        default: return word()
        }
    }

    private mutating func elements(_ open: Character, _ close: Character, depth: Int) -> [JSONValue]? {
        guard take(open) else { return nil }
        var elements: [JSONValue] = []
        while true {
            skipSpace()
            if take(close) { return elements }
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
            skipSpace()
            if !take(","), next != close.asciiValue { return nil }
        }
    }

    private mutating func dictionary(depth: Int) -> JSONObject? {
        guard take("{") else { return nil }
        var object = JSONObject()
        while true {
            skipSpace()
            if take("}") { return object }
            guard let key = string() else { return nil }
            skipSpace()
            guard take(":"), let member = value(depth: depth + 1) else { return nil }
            object[key] = member
            skipSpace()
            if !take(","), next != UInt8(ascii: "}") { return nil }
        }
    }

    private mutating func word() -> JSONValue? {
        let start = offset
        while let byte = next, !byte.isSpace, !",)]}:;".utf8.contains(byte) { offset += 1 }
        let word = String(decoding: bytes[start..<offset], as: UTF8.self)
        switch word {
        case "True", "true": return .bool(true)
        case "False", "false": return .bool(false)
        case "None", "null": return .null
        default:
            if let number = LenientJSON.value(word)?.numberValue { return .number(number) }
            // Python also writes numbers as `1_000`, `+1`, `.5` and `1.`.
            let plain = word.filter { $0 != "_" }
            let isNumber = !plain.isEmpty && plain.utf8.allSatisfy { "+-.0123456789eE".utf8.contains($0) }
            guard isNumber, let value = Double(plain), value.isFinite else { return nil }
            return .double(value)
        }
    }

    // MARK: Strings

    private mutating func string() -> String? {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        let isTriple = bytes[offset...].starts(with: [quote, quote, quote])
        let close = [UInt8](repeating: quote, count: isTriple ? 3 : 1)
        offset += close.count
        var text: [UInt8] = []
        while let byte = next {
            if byte == quote, bytes[offset...].starts(with: close) {
                offset += close.count
                return String(decoding: text, as: UTF8.self)
            }
            offset += 1
            if byte == UInt8(ascii: "\\") { escape(into: &text) } else { text.append(byte) }
        }
        return nil
    }

    /// The character after a backslash; what is no escape stays as written.
    private mutating func escape(into text: inout [UInt8]) {
        guard let byte = next else { return text.append(UInt8(ascii: "\\")) }
        offset += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case 0x0A: break
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = byte == UInt8(ascii: "x") ? 2 : byte == UInt8(ascii: "u") ? 4 : 8
            let digits = bytes[offset...].prefix(count)
            guard digits.count == count, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(code)
            else { return text += [UInt8(ascii: "\\"), byte] }
            offset += count
            text += Array(String(scalar).utf8)
        default: text += [UInt8(ascii: "\\"), byte]
        }
    }

    // MARK: Bytes

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard let byte = next, byte == character.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte.isSpace { offset += 1 }
    }
}
