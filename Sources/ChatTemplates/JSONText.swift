/// `tojson`: Python's `json.dumps`, with the options that chat templates may give it.
struct JSONText {
    private let interpreter: Interpreter
    private let isASCII: Bool
    private let indent: Text?
    private let itemSeparator: Text
    private let keySeparator: Text
    private let sortsKeys: Bool
    private var result = Text()

    /// - Parameter arguments: value, ensure_ascii, indent, separators, sort_keys
    init(_ interpreter: Interpreter, _ arguments: Bound) throws(TemplateError) {
        self.interpreter = interpreter
        isASCII = arguments.flag(1)
        sortsKeys = arguments.flag(4)
        indent = try JSONText.indent(arguments.optional(2), interpreter)
        guard let separators = arguments.optional(3) else {
            itemSeparator = indent == nil ? ", " : ","
            keySeparator = ": "
            return
        }
        let parts = try interpreter.elements(separators)
        guard parts.count == 2 else { throw .invalid("separators must be a pair") }
        itemSeparator = try parts[0].asText()
        keySeparator = try parts[1].asText()
    }

    private static func indent(_ value: Value?, _ interpreter: Interpreter) throws(TemplateError) -> Text? {
        guard let value else { return nil }
        if case .string(let text) = value { return text }
        let width = max(try value.asInteger(), 0)
        try interpreter.charge(symbols: width)
        return Text(String(repeating: " ", count: width))
    }

    mutating func text(_ value: Value) throws(TemplateError) -> Text {
        try add(value, level: 0)
        return result
    }

    private mutating func append(_ text: Text) throws(TemplateError) {
        try interpreter.charge(symbols: text.count)
        result.append(text)
        try interpreter.checkLength(result)
    }

    private mutating func add(_ value: Value, level: Int) throws(TemplateError) {
        try interpreter.charge(1)
        switch value {
        case .none: result.append("null")
        case .boolean(let value): result.append(value ? "true" : "false")
        case .integer(let value): result.append("\(value)")
        case .float(let value): result.append(JSONText.float(value))
        case .string(let text): try append(quoted(text))
        case .list(let items), .tuple(let items): try add(items.values, level: level)
        case .dictionary(let mapping): try add(mapping, level: level)
        default: throw .invalid("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private static func float(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return PythonText.float(value)
    }

    /// What stands before each element, and before the closing bracket.
    private mutating func addLineBreak(level: Int) throws(TemplateError) {
        guard let indent else { return }
        result.append("\n")
        for _ in 0..<level { try append(indent) }
    }

    private mutating func add(_ values: [Value], level: Int) throws(TemplateError) {
        result.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { try append(itemSeparator) }
            try addLineBreak(level: level + 1)
            try add(value, level: level + 1)
        }
        if !values.isEmpty { try addLineBreak(level: level) }
        result.append("]")
    }

    private mutating func add(_ mapping: Mapping, level: Int) throws(TemplateError) {
        result.append("{")
        var pairs = mapping.pairs
        if sortsKeys {
            let order = try interpreter.sortedIndices(mapping.keys)
            pairs = order.map { pairs[$0] }
        }
        for (index, (key, value)) in pairs.enumerated() {
            if index > 0 { try append(itemSeparator) }
            try addLineBreak(level: level + 1)
            try append(quoted(try name(key)))
            try append(keySeparator)
            try add(value, level: level + 1)
        }
        if !pairs.isEmpty { try addLineBreak(level: level) }
        result.append("}")
    }

    private func name(_ key: Value) throws(TemplateError) -> Text {
        switch key {
        case .string(let text): return text
        case .none: return "null"
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return Text("\(value)")
        case .float(let value): return Text(JSONText.float(value))
        default: throw .invalid("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }

    private func quoted(_ text: Text) -> Text {
        var result = Text("\"")
        result.symbols.reserveCapacity(text.count + 2)
        for symbol in text.symbols {
            guard let escape = escape(symbol & Text.codePointMask) else {
                result.symbols.append(symbol)
                continue
            }
            let origin = symbol & Text.userBit
            result.symbols.append(contentsOf: escape.unicodeScalars.map { $0.value | origin })
        }
        result.append("\"")
        return result
    }

    private func escape(_ point: UInt32) -> String? {
        switch point {
        case 34: return "\\\""
        case 92: return "\\\\"
        case 8: return "\\b"
        case 9: return "\\t"
        case 10: return "\\n"
        case 12: return "\\f"
        case 13: return "\\r"
        case 0..<32: return JSONText.unit(point)
        case 127... where isASCII:
            if point == 127 { return nil }
            if point < 0x10000 { return JSONText.unit(point) }
            let rest = point - 0x10000
            return JSONText.unit(0xD800 + rest >> 10) + JSONText.unit(0xDC00 + rest & 0x3FF)
        default: return nil
        }
    }

    private static func unit(_ unit: UInt32) -> String { "\\u" + PythonText.hexadecimal(unit, width: 4) }
}
