extension Interpreter {
    /// `"%s is %d" % values`
    func percentFormat(_ format: Text, _ values: Value) throws(TemplateError) -> Text {
        var formatter = PercentFormatter(self, values)
        return try formatter.format(format)
    }
}

/// Python's older way to format.
private struct PercentFormatter {
    private let interpreter: Interpreter
    private var arguments: ArraySlice<Value>
    private let mapping: Mapping?
    /// Whether leftover arguments are an error: not if they came as a mapping or were asked for by name.
    private var mayLeaveRest: Bool

    init(_ interpreter: Interpreter, _ values: Value) {
        self.interpreter = interpreter
        mapping = if case .dictionary(let mapping) = values { mapping } else { nil }
        if case .tuple(let items) = values { arguments = items.values[...] } else { arguments = [values] }
        switch values {
        case .dictionary, .list, .range, .undefined, .namespace: mayLeaveRest = true
        default: mayLeaveRest = false
        }
    }

    mutating func format(_ format: Text) throws(TemplateError) -> Text {
        var result = Text(isMarkup: format.isMarkup)
        var index = 0
        while index < format.count {
            if format.codePoint(index) != 37 {
                result.symbols.append(format.symbols[index])
                index += 1
                continue
            }
            index += 1
            let text = try field(format, &index)
            result.append(format.isMarkup ? text.escaped() : text)
            try interpreter.charge(symbols: text.count)
            try interpreter.checkLength(result)
        }
        guard arguments.isEmpty || mayLeaveRest else {
            throw .invalid("not all arguments converted during string formatting")
        }
        return result
    }

    private mutating func next() throws(TemplateError) -> Value {
        guard let value = arguments.popFirst() else { throw .invalid("not enough arguments for format string") }
        return value
    }

    private mutating func field(_ format: Text, _ index: inout Int) throws(TemplateError) -> Text {
        func peek() -> Unicode.Scalar? {
            index < format.count ? Unicode.Scalar(format.codePoint(index)) : nil
        }
        var keyed: Value?
        if peek() == "(" { keyed = try key(format, &index) }
        var flags: Set<Unicode.Scalar> = []
        while let flag = peek(), "-+ #0".unicodeScalars.contains(flag) {
            flags.insert(flag)
            index += 1
        }
        var width = try number(format, &index) ?? 0
        if width < 0 {
            flags.insert("-")
            width = width == .min ? .max : -width
        }
        var precision: Int?
        if peek() == "." {
            index += 1
            precision = max(try number(format, &index) ?? 0, 0)
        }
        while let letter = peek(), "hlL".unicodeScalars.contains(letter) { index += 1 }
        guard let type = peek() else { throw .invalid("incomplete format") }
        index += 1
        if type == "%" { return "%" }
        try interpreter.charge(symbols: max(width, precision ?? 0))
        if keyed == nil { keyed = try next() }
        return try convert(keyed ?? .none, type, flags, precision, width: width)
    }

    private mutating func key(_ format: Text, _ index: inout Int) throws(TemplateError) -> Value {
        guard let mapping else { throw .invalid("format requires a mapping") }
        let start = index + 1
        var open = 0
        repeat {
            guard index < format.count else { throw .invalid("incomplete format key") }
            if format.codePoint(index) == 40 { open += 1 }
            if format.codePoint(index) == 41 { open -= 1 }
            index += 1
        } while open > 0
        mayLeaveRest = true
        let name = format[start..<index - 1]
        guard let value = mapping[name] else { throw .invalid("KeyError: \(PythonText.quoted(name).string)") }
        return value
    }

    /// A number, or `*` for the next argument.
    private mutating func number(_ format: Text, _ index: inout Int) throws(TemplateError) -> Int? {
        if index < format.count, format.codePoint(index) == 42 {
            index += 1
            guard let value = try next().integer else { throw .invalid("* wants int") }
            return value
        }
        let start = index
        while index < format.count, PythonCharacter.isASCIIDigit(format.codePoint(index)) { index += 1 }
        guard index > start else { return nil }
        guard let value = Int(format[start..<index].string) else { throw .invalid("width too big") }
        return value
    }

    private func convert(
        _ value: Value, _ type: Unicode.Scalar, _ flags: Set<Unicode.Scalar>, _ precision: Int?, width: Int
    ) throws(TemplateError) -> Text {
        var specification = FormatSpecification()
        specification.width = width
        specification.alignment = flags.contains("-") ? "<" : ">"
        if let text = try text(value, type) {
            specification.precision = type == "c" ? nil : precision
            return try specification.apply(to: .string(text), interpreter)
        }
        specification.sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "-"
        specification.isAlternate = flags.contains("#")
        if flags.contains("0"), !flags.contains("-") {
            specification.fill = 48
            specification.alignment = "="
        }
        switch type {
        case "d", "i", "u", "x", "X", "o": return try integer(value, type, specification, precision)
        case "e", "E", "f", "F", "g", "G":
            if case .undefined(let undefined) = value { throw undefined.error }
            guard let number = value.number else { throw .invalid("must be real number, not \(value.typeName)") }
            specification.type = type
            specification.precision = precision ?? 6
            return try specification.apply(to: .float(number), interpreter)
        default: throw .invalid("unsupported format character '\(type)' (0x\(String(type.value, radix: 16)))")
        }
    }

    private func text(_ value: Value, _ type: Unicode.Scalar) throws(TemplateError) -> Text? {
        switch type {
        case "s": return try interpreter.string(value)
        case "r": return try interpreter.representation(value)
        case "a": return PythonText.ascii(try interpreter.representation(value))
        case "c":
            if case .string(let text) = value, text.count == 1 { return text.plain }
            guard let scalar = value.integer.flatMap(UInt32.init(exactly:)).flatMap(Unicode.Scalar.init) else {
                throw .invalid("%c requires int or char")
            }
            return Text(String(scalar))
        default: return nil
        }
    }

    private func integer(
        _ value: Value, _ type: Unicode.Scalar, _ specification: FormatSpecification, _ precision: Int?
    ) throws(TemplateError) -> Text {
        if case .undefined(let undefined) = value { throw undefined.error }
        var whole = value.integer
        if case .float(let number) = value, ["d", "i", "u"].contains(type) { whole = try interpreter.whole(number) }
        guard let whole else { throw .invalid("%\(type) format: a number is required, not \(value.typeName)") }
        var specification = specification
        specification.type = ["i", "u"].contains(type) ? "d" : type
        guard let precision else { return try specification.apply(to: .integer(whole), interpreter) }
        // A precision means that many digits, with zeros before them, inside the width.
        var digits = specification
        let hasPrefix = digits.isAlternate && digits.type != "d"
        let headLength = (whole < 0 || digits.sign != "-" ? 1 : 0) + (hasPrefix ? 2 : 0)
        digits.width = max(precision.addingReportingOverflow(headLength).partialValue, 0)
        if specification.alignment == "=" { digits.width = max(digits.width, specification.width) }
        (digits.fill, digits.alignment) = (48, "=")
        let text = try digits.apply(to: .integer(whole), interpreter)
        var padding = FormatSpecification()
        padding.width = specification.width
        padding.alignment = specification.alignment == "<" ? "<" : ">"
        return try padding.apply(to: .string(text), interpreter)
    }
}
