/// The longer filters of text and numbers.
extension Interpreter {
    // MARK: Text

    func indented(_ a: Bound) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = a.value(0) { throw undefined.error }
        let text = try a.text(0)
        var indent: Text
        if case .string(let given)? = a[1] {
            indent = given
        } else {
            let width = max(try a.integer(1, default: 4), 0)
            try charge(symbols: width)
            indent = Text(String(repeating: " ", count: width))
        }
        if text.isMarkup { indent = indent.escaped() }
        var withEnd = text
        withEnd.append("\n")
        let lines = withEnd.lines()
        var result = Text(isMarkup: text.isMarkup)
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append("\n") }
            let isIndented = index == 0 ? a.flag(2) : a.flag(3) || !line.isEmpty
            if isIndented { result.append(indent) }
            result.append(line)
            try charge(symbols: indent.count + line.count)
            try checkLength(result)
        }
        return .string(result)
    }

    func truncated(_ a: Bound) throws(TemplateError) -> Value {
        let length = try a.integer(1, default: 255)
        let end = a[3] == nil ? "..." : try a.text(3)
        let leeway = try a.optional(4)?.asInteger() ?? 5
        guard length >= end.count else { throw .invalid("expected length >= \(end.count), got \(length)") }
        guard leeway >= 0 else { throw .invalid("expected leeway >= 0, got \(leeway)") }
        if try self.length(a.value(0)) <= length.addingReportingOverflow(leeway).partialValue { return a.value(0) }
        let text = try a.text(0)
        var cut = text[0..<min(length - end.count, text.count)]
        if !a.flag(2) { cut = cut.splitFromEnd(by: " ", limit: 1)[0] }
        cut.append(end)
        return .string(cut)
    }

    func wordWrapped(_ a: Bound) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = a.value(0) { throw undefined.error }
        let text = try a.text(0)
        let wrapper = TextWrapper(
            width: try a.integer(1, default: 79), breaksLongWords: a[2]?.isTrue ?? true,
            breaksOnHyphens: a[4]?.isTrue ?? true)
        guard wrapper.width > 0 else { throw .invalid("invalid width \(wrapper.width) (must be > 0)") }
        let separator = try a.optionalText(3) ?? "\n"
        var paragraphs: [Text] = []
        for line in text.lines() {
            try charge(symbols: line.count)
            paragraphs.append(try joined(wrapper.wrap(line), by: separator))
        }
        return .string(try joined(paragraphs, by: separator))
    }

    // MARK: Numbers

    /// A float without its fraction.
    func whole(_ number: Double) throws(TemplateError) -> Int {
        guard number.isFinite else { throw .invalid("cannot convert float \(PythonText.float(number)) to integer") }
        guard let whole = Int(exactly: number.rounded(.towardZero)) else {
            throw .unsupported(line: line, what: "an integer beyond 64 bits")
        }
        return whole
    }

    /// Python's `int()`, then `int(float())`; nil where neither can read the value.
    func integer(_ value: Value, base: Int) throws(TemplateError) -> Value? {
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .integer, .boolean: return .integer(value.integer ?? 0)
        case .float(let number): return number.isFinite ? .integer(try whole(number)) : nil
        case .string(let text):
            if let integer = try Numeral(text).integer(base: base) { return .integer(integer) }
            guard let number = Numeral(text).double, number.isFinite else { return nil }
            return .integer(try whole(number))
        default: return nil
        }
    }

    /// Python's `float()`; nil where it cannot read the value.
    func number(_ value: Value) throws(TemplateError) -> Double? {
        if case .undefined(let undefined) = value { throw undefined.error }
        if case .string(let text) = value { return Numeral(text).double }
        return value.number
    }

    func rounded(_ a: Bound) throws(TemplateError) -> Value {
        let precision = try a.integer(1, default: 0)
        let method = a[2]?.text?.string ?? "common"
        guard ["common", "ceil", "floor"].contains(method) else {
            throw .invalid("method must be common, ceil or floor")
        }
        if case .undefined(let undefined) = a.value(0), method != "common" { throw undefined.error }
        guard let number = a.value(0).number else {
            throw .invalid("type \(a.value(0).typeName) doesn't define __round__ method")
        }
        if method == "common" {
            if let integer = a.value(0).integer { return try rounded(integer, places: precision) }
            return .float(try rounded(number, places: precision))
        }
        // As Jinja: func(value * 10 ** precision) / 10 ** precision
        let scale = try calculate(.integer(10), .power, .integer(precision))
        let scaled = try calculate(a.value(0), .multiply, scale)
        guard case .float(let product) = scaled else { return try calculate(scaled, .divide, scale) }
        let whole = try whole(product.rounded(method == "ceil" ? .up : .down))
        return try calculate(.integer(whole), .divide, scale)
    }

    private func rounded(_ number: Double, places: Int) throws(TemplateError) -> Double {
        guard number.isFinite, places < 400 else { return number }
        let decimal = Decimal(exact: number).rounded(fractionDigits: max(places, -400))
        let magnitude = Double(decimal.scientific(fractionDigits: max(decimal.digits.count - 1, 0))) ?? 0
        return Double(signOf: number, magnitudeOf: magnitude)
    }

    private func rounded(_ integer: Int, places: Int) throws(TemplateError) -> Value {
        guard places < 0 else { return .integer(integer) }
        guard places > -19 else { return .integer(0) }
        var unit = 1
        for _ in 0..<(-places) { unit *= 10 }
        let (quotient, remainder) = try floorDivided(integer, unit)
        let isUp = remainder > unit - remainder || (remainder == unit - remainder && quotient % 2 != 0)
        return try calculate(.integer(quotient + (isUp ? 1 : 0)), .multiply, .integer(unit))
    }

    func fileSize(_ bytes: Double, isBinary: Bool) throws(TemplateError) -> String {
        let base = isBinary ? 1024.0 : 1000.0
        if bytes == 1 { return "1 Byte" }
        if bytes < base { return "\(try whole(bytes)) Bytes" }
        var unit = base
        for prefix in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
            unit *= base
            guard bytes < unit || prefix == "Y" else { continue }
            let size = base * bytes / unit
            let digits = FormatSpecification.digits(size, type: "f", precision: 1, isAlternate: false)
            return digits + " " + (isBinary ? "\(prefix.uppercased())iB" : "\(prefix)B")
        }
        return ""
    }
}

/// A text that may be a number, as Python reads one: space around it, single underscores between digits.
struct Numeral {
    private let text: String?

    init(_ text: Text) {
        var trimmed = text.trimmed()
        // Digits of other scripts count by their value.
        for index in trimmed.symbols.indices where trimmed.codePoint(index) > 127 {
            guard let scalar = Unicode.Scalar(trimmed.codePoint(index)), scalar.properties.numericType == .decimal,
                let value = scalar.properties.numericValue
            else { continue }
            trimmed.symbols[index] = 48 + UInt32(value)
        }
        let isASCII = trimmed.allSatisfy { $0 > 32 && $0 < 127 }
        self.text = isASCII ? trimmed.string : nil
    }

    /// The whole number in a base of 2…36, or 0 for the base that its prefix says.
    func integer(base: Int) throws(TemplateError) -> Int? {
        guard base == 0 || (2...36).contains(base) else { return nil }
        guard var digits = text?[...] else { return nil }
        var isNegative = false
        if let sign = digits.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            digits.removeFirst()
        }
        var radix = base
        let prefixes: [String: Int] = ["0b": 2, "0o": 8, "0x": 16]
        var hadPrefix = false
        if let prefix = prefixes[digits.prefix(2).lowercased()], base == prefix || base == 0 {
            radix = prefix
            digits.removeFirst(2)
            hadPrefix = true
        }
        if radix == 0 { radix = 10 }
        guard let plain = Numeral.withoutUnderscores(digits, mayLead: hadPrefix), !plain.isEmpty else { return nil }
        let isNumber = plain.allSatisfy { $0.hexDigitOrLetterValue.map { $0 < radix } ?? false }
        guard isNumber else { return nil }
        if base == 0, !hadPrefix, plain.first == "0", plain.contains(where: { $0 != "0" }) { return nil }
        guard let value = Int((isNegative ? "-" : "") + plain, radix: radix) else {
            throw .unsupported(line: 0, what: "an integer beyond 64 bits")
        }
        return value
    }

    var double: Double? {
        guard let text else { return nil }
        let lowered = text.lowercased()
        let unsigned = lowered.hasPrefix("-") || lowered.hasPrefix("+") ? String(lowered.dropFirst()) : lowered
        let sign = lowered.hasPrefix("-") ? -1.0 : 1.0
        switch unsigned {
        case "inf", "infinity": return sign * .infinity
        case "nan": return .nan
        default: break
        }
        guard let first = unsigned.first, first.isNumber || first == ".", !unsigned.contains("x"),
            let plain = Numeral.withoutUnderscores(unsigned[...], mayLead: false), let value = Double(plain)
        else { return nil }
        return sign * value
    }

    /// Without underscores, if each stands between two digits.
    private static func withoutUnderscores(_ text: Substring, mayLead: Bool) -> String? {
        var result = ""
        var previous: Character? = mayLead ? "0" : nil
        var isPending = false
        for character in text {
            if character == "_" {
                guard !isPending, let before = previous, before.hexDigitOrLetterValue != nil else { return nil }
                isPending = true
                continue
            }
            if isPending, character.hexDigitOrLetterValue == nil { return nil }
            isPending = false
            previous = character
            result.append(character)
        }
        return isPending ? nil : result
    }
}

extension Character {
    /// 0…35 for digits and letters.
    fileprivate var hexDigitOrLetterValue: Int? {
        guard let ascii = asciiValue else { return nil }
        switch ascii {
        case 48...57: return Int(ascii) - 48
        case 65...90: return Int(ascii) - 55
        case 97...122: return Int(ascii) - 87
        default: return nil
        }
    }
}
