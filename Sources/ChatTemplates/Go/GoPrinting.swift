import JSON

extension GoInterpreter {
    /// A value as `{{ … }}` and `print` write it.
    ///
    /// - Parameter isAction: Whether nothing prints as an action does, not as a function's argument.
    func printed(_ value: GoValue, isAction: Bool = false) throws(TemplateError) -> Text {
        if isAction, value.isNothing { return "<no value>" }
        var printer = GoPrinter(interpreter: self)
        try printer.add(value, isQuoted: false)
        return printer.result
    }

    /// A value as Go's `json.Marshal` writes it.
    func json(_ value: GoValue) throws(TemplateError) -> Text {
        var writer = GoJSON(interpreter: self)
        try writer.add(value)
        return writer.result
    }
}

/// Go's `%v`.
struct GoPrinter {
    let interpreter: GoInterpreter
    private(set) var result = Text()

    init(interpreter: GoInterpreter) { self.interpreter = interpreter }

    /// - Parameter isQuoted: Whether texts stand in quotes, as `%q` has them inside lists.
    mutating func add(_ value: GoValue, isQuoted: Bool) throws(TemplateError) {
        try interpreter.charge(1)
        switch value {
        case .none, .null: result.append("<nil>")
        case .boolean(let value): result.append(value ? "true" : "false")
        case .integer(let value): result.append("\(value)")
        case .float(let value): result.append(GoNumberText.general(value))
        case .string(let text): try append(isQuoted ? GoEscapes.quoted(text) : text)
        case .list(let list):
            if list.printsJSON { return try append(try interpreter.json(value)) }
            result.append("[")
            for (index, element) in list.values.enumerated() {
                if index > 0 { result.append(" ") }
                try add(element, isQuoted: isQuoted)
            }
            result.append("]")
        case .map(let map):
            if map.printsJSON { return try append(try interpreter.json(value)) }
            result.append("map[")
            for (index, key) in map.sortedKeys.enumerated() {
                if index > 0 { result.append(" ") }
                try append(isQuoted ? GoEscapes.quoted(key) : key)
                result.append(":")
                try add(map[key] ?? .null, isQuoted: isQuoted)
            }
            result.append("]")
        case .object(let object):
            if object.printsJSON { return try append(try interpreter.json(value)) }
            result.append("{")
            for (index, field) in object.fields.enumerated() {
                if index > 0 { result.append(" ") }
                try add(field.value, isQuoted: isQuoted)
            }
            result.append("}")
        }
    }

    private mutating func append(_ text: Text) throws(TemplateError) {
        try interpreter.charge(symbols: text.count)
        result.append(text)
        try interpreter.checkLength(result)
    }
}

/// Go's `json.Marshal`: on one line, `<`, `>` and `&` escaped, members of plain maps sorted.
struct GoJSON {
    let interpreter: GoInterpreter
    private(set) var result = Text()

    init(interpreter: GoInterpreter) { self.interpreter = interpreter }

    mutating func add(_ value: GoValue) throws(TemplateError) {
        try interpreter.charge(1)
        switch value {
        case .none, .null: result.append("null")
        case .boolean(let value): result.append(value ? "true" : "false")
        case .integer(let value): result.append("\(value)")
        case .float(let value): try addNumber(value)
        case .string(let text): try add(text)
        case .list(let list):
            result.append("[")
            for (index, element) in list.values.enumerated() {
                if index > 0 { result.append(",") }
                try add(element)
            }
            result.append("]")
        case .map(let map):
            result.append("{")
            for (index, key) in (map.keepsOrder ? map.keys : map.sortedKeys).enumerated() {
                if index > 0 { result.append(",") }
                try add(key)
                result.append(":")
                try add(map[key] ?? .null)
            }
            result.append("}")
        case .object(let object): try add(object.json)
        }
    }

    private mutating func addNumber(_ value: Double) throws(TemplateError) {
        guard value.isFinite else { throw .invalid("json: unsupported value: \(GoNumberText.general(value))") }
        result.append(GoNumberText.json(value))
    }

    /// The quotes are the template's; escapes belong to whoever wrote the character.
    private mutating func add(_ text: Text) throws(TemplateError) {
        try interpreter.charge(symbols: text.count + 2)
        try interpreter.checkLength(result)
        result.append("\"")
        for symbol in text.symbols {
            let point = symbol & Text.codePointMask
            guard let escape = Self.escape(point) else {
                result.symbols.append(symbol)
                continue
            }
            result.symbols.append(contentsOf: escape.unicodeScalars.map { $0.value | symbol & Text.userBit })
        }
        result.append("\"")
    }

    private static func escape(_ point: UInt32) -> String? {
        switch point {
        case 34: "\\\""
        case 92: "\\\\"
        case 8: "\\b"
        case 9: "\\t"
        case 10: "\\n"
        case 12: "\\f"
        case 13: "\\r"
        case 0..<32, 60, 62, 38, 0x2028, 0x2029: "\\u" + PythonText.hexadecimal(point, width: 4)
        default: nil
        }
    }
}
