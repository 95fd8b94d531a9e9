/// Numbers as Go spells them.
enum GoNumberText {
    /// `%v`: the shortest digits, with an exponent below 10⁻⁴ and from 10⁶ on.
    static func general(_ value: Double) -> String { shortest(value, fixed: -4..<6) }

    /// As `json.Marshal` has it.
    static func json(_ value: Double) -> String {
        let text = shortest(value, fixed: -6..<21)
        // A negative exponent of one digit has no zero before it there.
        let tail = Array(text.utf8.suffix(4))
        let isShort = tail.count == 4 && tail[0] == 101 && tail[1] == 45 && tail[2] == 48
        return isShort ? String(text.dropLast(2) + text.suffix(1)) : text
    }

    /// The shortest digits that give the number back; without an exponent where it lies in a range.
    static func shortest(_ value: Double, fixed: Range<Int>, letter: String = "e") -> String {
        if let special = special(value) { return special }
        let decimal = Decimal(shortest: value)
        let exponent = decimal.isZero ? 0 : decimal.exponent - 1
        let digits = decimal.digits.isEmpty ? [0] : decimal.digits
        let text =
            fixed.contains(exponent)
            ? plain(digits, exponent, fractionCount: max(0, digits.count - 1 - exponent))
            : scientific(digits, exponent, letter: letter)
        return (value.sign == .minus ? "-" : "") + text
    }

    /// `%f`: so many digits after the point.
    static func fixed(_ value: Double, fractionCount: Int) -> String {
        if let special = special(value) { return special }
        let decimal = Decimal(exact: value).rounded(fractionDigits: fractionCount)
        let text = plain(decimal.digits, decimal.exponent - 1, fractionCount: fractionCount)
        return (value.sign == .minus ? "-" : "") + text
    }

    /// `%e`: one digit before the point and so many after it.
    static func scientific(_ value: Double, fractionCount: Int, letter: String) -> String {
        if let special = special(value) { return special }
        let decimal = Decimal(exact: value).rounded(significantDigits: fractionCount + 1)
        let missing = max(0, fractionCount + 1 - decimal.digits.count)
        let digits = decimal.digits + Array(repeating: 0, count: missing)
        let text = scientific(digits, decimal.isZero ? 0 : decimal.exponent - 1, letter: letter)
        return (value.sign == .minus ? "-" : "") + text
    }

    /// `%g` with a precision: so many digits in all.
    static func general(_ value: Double, digitCount: Int, letter: String) -> String {
        if let special = special(value) { return special }
        let count = max(digitCount, 1)
        let decimal = Decimal(exact: value).rounded(significantDigits: count)
        let digits = decimal.digits.isEmpty ? [0] : decimal.digits
        let exponent = decimal.isZero ? 0 : decimal.exponent - 1
        // A number without more digits than it has before the point shows no exponent for want of precision.
        let limit = count > digits.count && digits.count >= decimal.exponent ? digits.count : count
        let text =
            exponent < -4 || exponent >= limit
            ? scientific(digits, exponent, letter: letter)
            : plain(digits, exponent, fractionCount: max(0, digits.count - 1 - exponent))
        return (value.sign == .minus ? "-" : "") + text
    }

    private static func special(_ value: Double) -> String? {
        value.isNaN ? "NaN" : value.isInfinite ? value < 0 ? "-Inf" : "+Inf" : nil
    }

    /// `d.ddde±xx`
    private static func scientific(_ digits: [UInt8], _ exponent: Int, letter: String) -> String {
        let text = self.text(digits[...])
        let size = exponent.magnitude
        return text.prefix(1) + (digits.count > 1 ? "." + text.dropFirst() : "") + letter + (exponent < 0 ? "-" : "+")
            + (size < 10 ? "0" : "") + "\(size)"
    }

    /// `ddd.ddd`; the first digit counts 10^exponent.
    private static func plain(_ digits: [UInt8], _ exponent: Int, fractionCount: Int) -> String {
        let all = Array(repeating: 0, count: max(0, -exponent)) + digits
        let wholeCount = max(exponent, 0) + 1
        let whole = all.prefix(wholeCount) + Array(repeating: 0, count: max(0, wholeCount - all.count))
        let fraction = all.dropFirst(wholeCount).prefix(fractionCount)
        let padding = String(repeating: "0", count: fractionCount - fraction.count)
        return text(whole) + (fractionCount > 0 ? "." + text(fraction) + padding : "")
    }

    private static func text(_ digits: ArraySlice<UInt8>) -> String {
        String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    }
}
