/// Writes JSON as UTF-8, on one line or indented.
package struct JSONWriter {
    /// How a value is laid out.
    package enum Style: Sendable {
        /// One line without spaces.
        case compact
        /// One element a line, two spaces a level.
        case indented
    }

    private let style: Style
    private var bytes: [UInt8] = []

    /// The bytes of a value, without a line end.
    package static func bytes(_ value: JSONValue, style: Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.write(value, level: 0)
        return writer.bytes
    }

    /// The text of a value, without a line end.
    package static func text(_ value: JSONValue, style: Style = .compact) -> String {
        String(decoding: bytes(value, style: style), as: UTF8.self)
    }

    private init(style: Style) { self.style = style }

    private mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let value): append(value.text)
        case .string(let value): write(value)
        case .array(let elements): write(elements, level: level + 1)
        case .object(let object): write(object, level: level + 1)
        }
    }

    private mutating func write(_ elements: [JSONValue], level: Int) {
        append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            breakLine(level)
            write(element, level: level)
        }
        if !elements.isEmpty { breakLine(level - 1) }
        append("]")
    }

    private mutating func write(_ object: JSONObject, level: Int) {
        append("{")
        for (index, member) in object.members.enumerated() {
            if index > 0 { append(",") }
            breakLine(level)
            write(member.key)
            append(style == .compact ? ":" : ": ")
            write(member.value, level: level)
        }
        if object.count > 0 { breakLine(level - 1) }
        append("}")
    }

    private mutating func write(_ string: String) {
        append("\"")
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20: append((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    private mutating func breakLine(_ level: Int) {
        guard style == .indented else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON on one line.
    package var description: String { JSONWriter.text(self) }
}
