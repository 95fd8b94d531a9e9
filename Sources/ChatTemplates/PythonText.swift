/// How Python writes values: `str()` and `repr()`.
enum PythonText {
    /// `repr` of a float: the shortest digits, with an exponent below 10⁻⁴ and from 10¹⁶.
    static func float(_ value: Double) -> String {
        if let special = special(value) { return special }
        let sign = value.sign == .minus ? "-" : ""
        let decimal = Decimal(shortest: value)
        if decimal.isZero { return sign + "0.0" }
        if decimal.exponent > -4, decimal.exponent <= 16 {
            return sign + decimal.fixed(fractionDigits: max(decimal.digits.count - decimal.exponent, 1))
        }
        return sign + decimal.scientific(fractionDigits: decimal.digits.count - 1)
    }

    /// `inf`, `-inf` or `nan`.
    static func special(_ value: Double) -> String? {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return nil
    }

    /// `repr` of a string.
    static func quoted(_ string: String) -> String { quoted(Text(string)).string }

    /// `repr` of a string: in single quotes unless only those occur in it.
    static func quoted(_ text: Text) -> Text {
        let quote: UInt32 = text.contains("'") && !text.contains("\"") ? 34 : 39
        var result = Text(symbols: [quote])
        for symbol in text.symbols {
            let point = symbol & Text.codePointMask
            let origin = symbol & Text.userBit
            func add(_ string: String) {
                result.symbols.append(contentsOf: string.unicodeScalars.map { $0.value | origin })
            }
            switch point {
            case quote, 92:
                add("\\")
                result.symbols.append(symbol)
            case 10: add("\\n")
            case 13: add("\\r")
            case 9: add("\\t")
            case 32..<127: result.symbols.append(symbol)
            default:
                if PythonCharacter.isPrintable(point) { result.symbols.append(symbol) } else { add(escape(point)) }
            }
        }
        result.symbols.append(quote)
        return result
    }

    static func escape(_ point: UInt32) -> String {
        if point < 0x100 { return "\\x" + hexadecimal(point, width: 2) }
        return point < 0x10000 ? "\\u" + hexadecimal(point, width: 4) : "\\U" + hexadecimal(point, width: 8)
    }

    /// Lower-case digits with zeros before them.
    static func hexadecimal(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}

extension Interpreter {
    /// Python's `str()`.
    func string(_ value: Value) throws(TemplateError) -> Text {
        switch value {
        case .string(let text): text.plain
        case .undefined: Text()
        default: try representation(value)
        }
    }

    /// Like `str()`, but markup stays markup.
    func softString(_ value: Value) throws(TemplateError) -> Text {
        if case .string(let text) = value { return text }
        return try string(value)
    }

    /// Python's `repr()`.
    func representation(_ value: Value) throws(TemplateError) -> Text {
        var result = Text()
        try represent(value, into: &result, depth: 0)
        return result
    }

    private func represent(_ value: Value, into result: inout Text, depth: Int) throws(TemplateError) {
        guard depth <= Value.depthLimit else {
            throw .limit(line: 0, what: "values inside one another", most: Value.depthLimit)
        }
        try charge(1)
        switch value {
        case .undefined: result.append("Undefined")
        case .none: result.append("None")
        case .boolean(let value): result.append(value ? "True" : "False")
        case .integer(let value): result.append("\(value)")
        case .float(let value): result.append(PythonText.float(value))
        case .string(let text):
            try charge(symbols: text.count)
            if text.isMarkup { result.append("Markup(") }
            result.append(PythonText.quoted(text))
            if text.isMarkup { result.append(")") }
        case .list(let items): try represent(items.values, in: ("[", "]"), into: &result, depth: depth)
        case .tuple(let items):
            let end = items.values.count == 1 ? ",)" : ")"
            try represent(items.values, in: ("(", end), into: &result, depth: depth)
        case .dictionary(let mapping): try represent(mapping, into: &result, depth: depth)
        case .view(let view):
            result.append("\(value.typeName)([")
            for index in 0..<view.mapping.count {
                if index > 0 { result.append(", ") }
                try represent(try view.element(index), into: &result, depth: depth + 1)
            }
            result.append("])")
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            result.append("range(\(range.start), \(range.stop)\(step))")
        case .namespace(let namespace):
            let pairs = namespace.names.map { (Value.string($0), namespace[$0] ?? .none) }
            result.append("<Namespace ")
            try represent(try Mapping(pairs), into: &result, depth: depth + 1)
            result.append(">")
        case .macro(let macro):
            result.append("<Macro ")
            result.append(macro.body.name.map { PythonText.quoted($0) } ?? "None")
            result.append(">")
        case .loop(let loop): result.append("<LoopContext \(loop.index0 + 1)/\(try loop.length())>")
        case .function, .method, .cycler, .joiner, .iterator: result.append("<\(value.typeName) object>")
        }
    }

    private func represent(
        _ values: [Value], in brackets: (String, String), into result: inout Text, depth: Int
    ) throws(TemplateError) {
        result.append(brackets.0)
        for (index, element) in values.enumerated() {
            if index > 0 { result.append(", ") }
            try represent(element, into: &result, depth: depth + 1)
        }
        result.append(brackets.1)
    }

    private func represent(_ mapping: Mapping, into result: inout Text, depth: Int) throws(TemplateError) {
        result.append("{")
        for (index, (key, value)) in mapping.pairs.enumerated() {
            if index > 0 { result.append(", ") }
            try represent(key, into: &result, depth: depth + 1)
            result.append(": ")
            try represent(value, into: &result, depth: depth + 1)
        }
        result.append("}")
    }
}
