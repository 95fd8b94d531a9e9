import GGUF

/// Values from a file, shortened and escaped so that each fits a table cell and none can steer the terminal.
enum TextExcerpt {
    private static let characterLimit = 60
    private static let elementLimit = 6

    /// Text on one line, cut after some characters.
    static func line(_ text: String, limit: Int = 100) -> String {
        var line = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > limit ? line + "…" : line
    }

    /// A metadata value; of an array the first elements.
    static func value(_ value: MetadataValue) -> String {
        switch value {
        case .bool(let value): "\(value)"
        case .float32(let value): "\(value)"
        case .float64(let value): "\(value)"
        case .string(let value): quoted(value.text ?? String(decoding: value.bytes, as: UTF8.self))
        case .array(let value): "[" + elements(value).joined(separator: ", ") + "]"
        default: value.integer.map { "\($0)" } ?? ""
        }
    }

    private static func elements(_ array: MetadataArray) -> [String] {
        let all: [String] =
            switch array.elementType {
            case .bool: array.bools()?.prefix(elementLimit).map { "\($0)" } ?? []
            case .float32: array.floats()?.prefix(elementLimit).map { "\($0)" } ?? []
            case .float64: array.doubles()?.prefix(elementLimit).map { "\($0)" } ?? []
            case .uint64: array.unsignedIntegers()?.prefix(elementLimit).map { "\($0)" } ?? []
            case .array: array.arrays()?.prefix(elementLimit).map { "[\($0.count) \($0.elementType)]" } ?? []
            case .string:
                array.strings().map { strings in
                    (0..<min(strings.count, elementLimit)).map { index in
                        quoted(String(decoding: strings.bytes(at: index), as: UTF8.self))
                    }
                } ?? []
            default: array.integers()?.prefix(elementLimit).map { "\($0)" } ?? []
            }
        return array.count > elementLimit ? all + ["…"] : all
    }

    private static func quoted(_ text: String) -> String { "\"\(line(text, limit: characterLimit))\"" }
}
