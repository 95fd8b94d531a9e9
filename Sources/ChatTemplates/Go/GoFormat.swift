/// Go's `printf`.
///
/// *Source*: the documentation of package `fmt`.
struct GoFormat {
    private let interpreter: GoInterpreter
    private let arguments: [GoValue]
    private var nextArgument = 0
    /// Whether arguments were chosen by number: then none counts as left over.
    private var isReordered = false
    private var result = Text()

    init(_ interpreter: GoInterpreter, arguments: [GoValue]) {
        self.interpreter = interpreter
        self.arguments = arguments
    }

    /// What stands between the percent sign and the verb.
    private struct Options {
        var plus = false, minus = false, sharp = false, space = false, zero = false
        var width: Int?
        var precision: Int?
    }

    mutating func text(_ format: Text) throws(TemplateError) -> Text {
        var index = 0
        while index < format.count {
            guard format.codePoint(index) == 37 else {
                result.symbols.append(format.symbols[index])
                index += 1
                continue
            }
            index += 1
            try directive(format, &index)
        }
        if !isReordered, nextArgument < arguments.count { try addExtra() }
        return result
    }

    private mutating func addExtra() throws(TemplateError) {
        result.append("%!(EXTRA ")
        for (index, value) in arguments[nextArgument...].enumerated() {
            if index > 0 { result.append(", ") }
            if value.isNothing {
                result.append("<nil>")
            } else {
                result.append(value.typeName + "=")
                result.append(try interpreter.printed(value))
            }
        }
        result.append(")")
    }

    // MARK: Reading

    private mutating func directive(_ format: Text, _ index: inout Int) throws(TemplateError) {
        try interpreter.charge(1)
        var options = Options()
        flags(format, &index, &options)
        argumentNumber(format, &index)
        options.width = try number(format, &index, "BADWIDTH")
        if let width = options.width, width < 0 {
            options.minus = true
            options.width = -width
        }
        if index < format.count, format.codePoint(index) == 46 {
            index += 1
            argumentNumber(format, &index)
            options.precision = try number(format, &index, "BADPREC") ?? 0
            if let precision = options.precision, precision < 0 { options.precision = nil }
        }
        argumentNumber(format, &index)
        try interpreter.charge(symbols: max(options.width ?? 0, options.precision ?? 0))
        guard index < format.count else { return result.append("%!(NOVERB)") }
        let verb = Unicode.Scalar(format.codePoint(index)) ?? "\u{FFFD}"
        index += 1
        if verb == "%" { return result.append("%") }
        guard nextArgument < arguments.count else { return result.append("%!\(verb)(MISSING)") }
        let value = arguments[nextArgument]
        nextArgument += 1
        result.append(try formatted(value, verb, options))
        try interpreter.checkLength(result)
    }

    private func flags(_ format: Text, _ index: inout Int, _ options: inout Options) {
        while index < format.count {
            switch format.codePoint(index) {
            case 43: options.plus = true
            case 45: options.minus = true
            case 35: options.sharp = true
            case 32: options.space = true
            case 48: options.zero = true
            default: return
            }
            index += 1
        }
    }

    /// `[n]`: which argument comes next.
    private mutating func argumentNumber(_ format: Text, _ index: inout Int) {
        guard index < format.count, format.codePoint(index) == 91,
            let end = format.symbols[index...].firstIndex(where: { $0 & Text.codePointMask == 93 }),
            let number = Int(format[index + 1..<end].string), 1...max(arguments.count, 1) ~= number
        else { return }
        nextArgument = number - 1
        isReordered = true
        index = end + 1
    }

    /// A number in the format, or a `*` for one among the arguments.
    private mutating func number(
        _ format: Text, _ index: inout Int, _ complaint: String
    ) throws(TemplateError) -> Int? {
        if index < format.count, format.codePoint(index) == 42 {
            index += 1
            guard nextArgument < arguments.count, case .integer(let value) = arguments[nextArgument] else {
                nextArgument += 1
                result.append("%!(\(complaint))")
                return nil
            }
            nextArgument += 1
            try interpreter.charge(symbols: Int(clamping: value.magnitude))
            return value
        }
        var value: Int?
        while index < format.count, 48...57 ~= format.codePoint(index) {
            value = min((value ?? 0) * 10 + Int(format.codePoint(index)) - 48, interpreter.limits.textLength + 1)
            index += 1
        }
        return value
    }

    // MARK: Writing

    private func formatted(
        _ value: GoValue, _ verb: Unicode.Scalar, _ options: Options
    ) throws(TemplateError) -> Text {
        if verb == "T" { return padded(Text(value.typeName), options) }
        if let list = GoFormat.elements(value), verb != "v" {
            var text: Text = list.isMap ? "map[" : "["
            for (index, (key, element)) in list.pairs.enumerated() {
                if index > 0 { text.append(" ") }
                if let key {
                    text.append(try formatted(.string(key), verb, options))
                    text.append(":")
                }
                text.append(try formatted(element, verb, options))
            }
            text.append("]")
            return text
        }
        guard let text = try converted(value, verb, options) else {
            let isNothing = value.isNothing
            var complaint = Text("%!\(verb)(" + (isNothing ? "<nil>" : value.typeName + "="))
            if !isNothing { complaint.append(try interpreter.printed(value)) }
            complaint.append(")")
            return complaint
        }
        return text
    }

    /// The elements of what is formatted one by one.
    private static func elements(_ value: GoValue) -> (pairs: [(Text?, GoValue)], isMap: Bool)? {
        switch value {
        case .list(let list) where !list.printsJSON: (list.values.map { (nil, $0) }, false)
        case .map(let map) where !map.printsJSON: (map.sortedKeys.map { ($0, map[$0] ?? .null) }, true)
        default: nil
        }
    }

    /// Nil where the verb does not fit the value.
    private func converted(
        _ value: GoValue, _ verb: Unicode.Scalar, _ options: Options
    ) throws(TemplateError) -> Text? {
        switch value {
        case .none, .null: return verb == "v" ? padded("<nil>", options) : nil
        case .boolean(let value):
            return verb == "v" || verb == "t" ? padded(Text(value ? "true" : "false"), options) : nil
        case .integer(let value): return integer(value, verb, options)
        case .float(let value): return float(value, verb, options)
        case .string(let text):
            try interpreter.charge(symbols: text.count * GoEscapes.growth)
            return string(text, verb, options)
        case .list, .map, .object:
            let text = try interpreter.printed(value)
            try interpreter.charge(symbols: text.count * GoEscapes.growth)
            return verb == "v" ? padded(text, options) : string(text, verb, options)
        }
    }

    private func string(_ text: Text, _ verb: Unicode.Scalar, _ options: Options) -> Text? {
        let cut = options.precision.map { text[0..<min($0, text.count)] } ?? text
        switch verb {
        case "v" where options.sharp: return padded(GoEscapes.quoted(cut), options)
        case "s", "v": return padded(cut, options)
        case "q":
            let canBeRaw = options.sharp && !cut.symbols.contains { [96, 10, 13].contains($0 & Text.codePointMask) }
            return padded(canBeRaw ? Text("`").joined([Text(), cut, Text()]) : GoEscapes.quoted(cut), options)
        case "x", "X":
            let digits = cut.string.utf8.map { PythonText.hexadecimal(UInt32($0), width: 2) }
            let text = (options.sharp ? "0x" : "") + digits.joined(separator: options.space ? " " : "")
            return padded(Text(verb == "X" ? text.uppercased() : text), options)
        default: return nil
        }
    }

    private func integer(_ value: Int, _ verb: Unicode.Scalar, _ options: Options) -> Text? {
        let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init)
        switch verb {
        case "c": return padded(Text(String(scalar ?? "\u{FFFD}")), options)
        case "q": return padded(GoEscapes.quotedCharacter(scalar ?? "\u{FFFD}"), options)
        case "U":
            let digits = String(value.magnitude, radix: 16, uppercase: true)
            let text = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            return padded(Text(options.sharp && scalar != nil ? "\(text) '\(scalar ?? " ")'" : text), options)
        case "e", "E", "f", "F", "g", "G", "s", "t": return nil
        default: break
        }
        let radixes: [Unicode.Scalar: (Int, prefix: String)] = [
            "d": (10, ""), "v": (10, ""), "b": (2, "0b"), "o": (8, "0"), "O": (8, "0o"), "x": (16, "0x"),
            "X": (16, "0X"),
        ]
        guard let (radix, prefix) = radixes[verb] else { return nil }
        var digits = String(value.magnitude, radix: radix, uppercase: verb == "X")
        if let precision = options.precision {
            digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
        }
        let shown = (options.sharp && verb != "v") || verb == "O" ? prefix : ""
        return number(sign: sign(isNegative: value < 0, options), shown + digits, options)
    }

    private func float(_ value: Double, _ verb: Unicode.Scalar, _ options: Options) -> Text? {
        let letter = verb == "E" || verb == "G" ? "E" : "e"
        let text: String
        switch verb {
        case "f", "F": text = GoNumberText.fixed(value, fractionCount: options.precision ?? 6)
        case "e", "E":
            text = GoNumberText.scientific(value, fractionCount: options.precision ?? 6, letter: letter)
        case "g", "G", "v":
            text =
                options.precision.map { GoNumberText.general(value, digitCount: $0, letter: letter) }
                ?? GoNumberText.shortest(value, fixed: -4..<6, letter: letter)
        default: return nil
        }
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text
        let sign = value.isInfinite && !isNegative ? "+" : self.sign(isNegative: isNegative, options)
        return number(sign: sign, digits, options)
    }

    private func sign(isNegative: Bool, _ options: Options) -> String {
        isNegative ? "-" : options.plus ? "+" : options.space ? " " : ""
    }

    /// Padded with zeros behind the sign if that is asked for.
    private func number(sign: String, _ digits: String, _ options: Options) -> Text {
        let missing = (options.width ?? 0) - sign.count - digits.count
        guard options.zero, !options.minus, options.precision == nil || digits.contains("."), missing > 0 else {
            var plain = options
            plain.zero = false
            return padded(Text(sign + digits), plain)
        }
        return Text(sign + String(repeating: "0", count: missing) + digits)
    }

    private func padded(_ text: Text, _ options: Options) -> Text {
        let missing = max(0, (options.width ?? 0) - text.count)
        guard !options.minus else { return text.padded(left: 0, right: missing) }
        return text.padded(left: missing, right: 0, with: options.zero ? 48 : 32)
    }
}
