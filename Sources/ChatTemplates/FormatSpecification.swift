/// What stands after the colon in `"{:>8.2f}".format(x)`: Python's format mini-language.
struct FormatSpecification {
    var fill: Text.Symbol = 32
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    private static let alignments: [Unicode.Scalar] = ["<", ">", "=", "^"]

    init() {}

    init(_ text: Text) throws(TemplateError) {
        let scalars = text.symbols.map { Unicode.Scalar($0 & Text.codePointMask) ?? "\u{FFFD}" }
        var index = 0
        func next() -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
        func take(_ choices: Unicode.Scalar...) -> Unicode.Scalar? {
            guard let scalar = next(), choices.contains(scalar) else { return nil }
            index += 1
            return scalar
        }
        if scalars.count > 1, FormatSpecification.alignments.contains(scalars[1]) {
            fill = text.symbols[0]
            alignment = scalars[1]
            index = 2
        } else {
            alignment = take("<", ">", "=", "^")
        }
        sign = take("+", "-", " ") ?? "-"
        isAlternate = take("#") != nil
        if take("0") != nil, alignment == nil { (fill, alignment) = (48, "=") }
        width = try FormatSpecification.number(scalars, &index) ?? 0
        grouping = take(",", "_")
        if take(".") != nil {
            guard let digits = try FormatSpecification.number(scalars, &index) else {
                throw .invalid("Format specifier missing precision")
            }
            precision = digits
        }
        type = next()
        index += type == nil ? 0 : 1
        guard index == scalars.count else { throw .invalid("Invalid format specifier '\(text.string)'") }
    }

    private static func number(_ scalars: [Unicode.Scalar], _ index: inout Int) throws(TemplateError) -> Int? {
        var value: Int?
        while index < scalars.count, PythonCharacter.isASCIIDigit(scalars[index].value) {
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            guard !overflow, product < Int.max - 10 else { throw .invalid("Too many decimal digits in format string") }
            value = product + Int(scalars[index].value - 48)
            index += 1
        }
        return value
    }

    // MARK: Applying

    func apply(to value: Value, _ interpreter: Interpreter) throws(TemplateError) -> Text {
        try interpreter.charge(symbols: max(width, precision ?? 0))
        switch value {
        case .string(let text): return try format(text.plain)
        case .integer(let number): return try format(number)
        case .boolean(let flag): return try format(flag ? 1 : 0)
        case .float(let number): return try format(number)
        default: throw .invalid("unsupported format string passed to \(value.typeName).__format__")
        }
    }

    private func unknownType(_ type: Unicode.Scalar, _ name: String) -> TemplateError {
        .invalid("Unknown format code '\(type)' for object of type '\(name)'")
    }

    private func format(_ text: Text) throws(TemplateError) -> Text {
        if let type, type != "s" { throw unknownType(type, "str") }
        guard sign == "-", alignment != "=", grouping == nil, !isAlternate else {
            throw .invalid("Sign, '=' alignment, ',' and '#' are not allowed in string format specifier")
        }
        let cut = precision.map { text[0..<min($0, text.count)] } ?? text
        return padded(cut, default: "<")
    }

    private func format(_ number: Int) throws(TemplateError) -> Text {
        switch type {
        case nil, "d", "n", "b", "o", "x", "X": break
        case "c":
            guard let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) else {
                throw .invalid("%c arg not in range(0x110000)")
            }
            return padded(Text(String(scalar)), default: "<")
        case "e", "E", "f", "F", "g", "G", "%": return try format(Double(number))
        case let type?: throw unknownType(type, "int")
        }
        guard precision == nil else { throw .invalid("Precision not allowed in integer format specifier") }
        let radixes: [Unicode.Scalar: (Int, String)] = [
            "b": (2, "0b"), "o": (8, "0o"), "x": (16, "0x"), "X": (16, "0X"),
        ]
        let (radix, prefix) = type.flatMap { radixes[$0] } ?? (10, "")
        let digits = String(number.magnitude, radix: radix, uppercase: type == "X")
        return assembled(
            isNegative: number < 0, prefix: isAlternate ? prefix : "", digits: digits, rest: "",
            groupSize: radix == 10 ? 3 : 4)
    }

    private func format(_ number: Double) throws(TemplateError) -> Text {
        switch type {
        case nil, "n", "e", "E", "f", "F", "g", "G", "%": break
        case let type?: throw unknownType(type, "float")
        }
        var text = FormatSpecification.digits(number, type: type, precision: precision, isAlternate: isAlternate)
        if type == "%" { text += "%" }
        let whole = text.prefix { $0.isNumber }
        return assembled(
            isNegative: number.sign == .minus && !number.isNaN, prefix: "", digits: String(whole),
            rest: String(text.dropFirst(whole.count)), groupSize: 3)
    }

    /// A float's magnitude as a format type wants it; without one, as `repr` with a given precision.
    static func digits(_ value: Double, type: Unicode.Scalar?, precision: Int?, isAlternate: Bool) -> String {
        let isUpper = type.map { $0.properties.isUppercase } ?? false
        if let special = PythonText.special(value.magnitude) { return isUpper ? special.uppercased() : special }
        let places = min(precision ?? 6, 100_000)
        let point = isAlternate && places == 0 ? "." : ""
        switch type {
        case "f", "F":
            return Decimal(exact: value).rounded(fractionDigits: places).fixed(fractionDigits: places) + point
        case "%":
            let percent = Decimal(exact: value * 100)
            return percent.rounded(fractionDigits: places).fixed(fractionDigits: places) + point
        case "e", "E":
            let decimal = Decimal(exact: value).rounded(significantDigits: places + 1)
            return decimal.scientific(fractionDigits: places, marker: isUpper ? "E" : "e")
        case nil where precision == nil: return PythonText.float(value.magnitude)
        default:
            return general(value, max(places, 1), isUpper: isUpper, keepsZeros: isAlternate, isPlain: type == nil)
        }
    }

    /// `g`: so many significant digits, with an exponent where the number is small or large.
    private static func general(
        _ value: Double, _ digits: Int, isUpper: Bool, keepsZeros: Bool, isPlain: Bool
    ) -> String {
        let decimal = Decimal(exact: value).rounded(significantDigits: digits)
        let exponent = decimal.isZero ? 1 : decimal.exponent
        let shown = keepsZeros ? digits : max(decimal.digits.count, 1)
        if exponent <= -4 || exponent > digits - (isPlain ? 1 : 0) {
            return decimal.scientific(fractionDigits: shown - 1, marker: isUpper ? "E" : "e")
        }
        return decimal.fixed(fractionDigits: max(shown - exponent, isPlain ? 1 : 0))
    }

    // MARK: Assembling

    /// Sign, prefix, grouped digits and the rest, padded to the width.
    private func assembled(
        isNegative: Bool, prefix: String, digits: String, rest: String, groupSize: Int
    ) -> Text {
        let signText = isNegative ? "-" : sign == "-" ? "" : String(sign)
        let head = signText + prefix
        var digits = digits
        if alignment == "=", fill == 48, grouping != nil {
            while head.count + grouped(digits, groupSize).count + rest.count < width { digits = "0" + digits }
        }
        let body = grouped(digits, groupSize) + rest
        guard alignment == "=" else { return padded(Text(head + body), default: ">") }
        var result = Text(head)
        result.append(Text(body).padded(left: width - head.count - body.count, right: 0, with: fill))
        return result
    }

    private func grouped(_ digits: String, _ size: Int) -> String {
        guard let grouping else { return digits }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % size == 0 { result.unicodeScalars.append(grouping) }
            result.append(digit)
        }
        return result
    }

    private func padded(_ text: Text, default side: Unicode.Scalar) -> Text {
        let missing = max(width - text.count, 0)
        switch alignment ?? side {
        case "<": return text.padded(left: 0, right: missing, with: fill)
        case "^": return text.padded(left: missing / 2, right: missing - missing / 2, with: fill)
        default: return text.padded(left: missing, right: 0, with: fill)
        }
    }
}
