/// The decimal digits of a double: 0.d₁d₂d₃… × 10^exponent, with d₁ not zero unless the number is.
///
/// Python prints floats in two ways. `repr` wants the shortest digits that read back as the same number, which
/// Swift's own `description` has. Formats like `%.2f` want the exact binary value rounded to so many digits, ties to
/// even; a double is m·2ᵉ and its exact decimal expansion is at most 767 digits, so it is simply written out.
struct Decimal {
    /// Digits 0…9, without zeros at the end.
    private(set) var digits: [UInt8]
    private(set) var exponent: Int

    /// The shortest digits that read back as `value`, a finite number; its sign is dropped.
    init(shortest value: Double) {
        var mantissa: [UInt8] = []
        var point: Int?
        var written = 0
        var isExponent = false
        var sign = 1
        for byte in value.magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): point = mantissa.count
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): sign = -1
            case UInt8(ascii: "+"): break
            default:
                let digit = byte - UInt8(ascii: "0")
                if isExponent { written = written * 10 + Int(digit) } else { mantissa.append(digit) }
            }
        }
        digits = mantissa
        exponent = (point ?? mantissa.count) + sign * written
        normalize()
    }

    /// Every digit of `value`, a finite number; its sign is dropped.
    init(exact value: Double) {
        let magnitude = value.magnitude
        guard magnitude > 0 else {
            (digits, exponent) = ([], 0)
            return
        }
        let isSubnormal = magnitude.exponentBitPattern == 0
        let mantissa = magnitude.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
        let power = Int(isSubnormal ? 1 : magnitude.exponentBitPattern) - 1075
        // m·2ᵉ for e < 0 is m·5⁻ᵉ / 10⁻ᵉ: only whole numbers are ever computed.
        var number = BigDecimalInteger(mantissa)
        for _ in 0..<power.magnitude { number.multiply(by: power < 0 ? 5 : 2) }
        digits = number.digits
        exponent = digits.count + min(power, 0)
        normalize()
    }

    private mutating func normalize() {
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { exponent = 0 }
    }

    var isZero: Bool { digits.isEmpty }

    /// Rounded to so many digits after the point, ties to even.
    func rounded(fractionDigits: Int) -> Decimal { rounded(keeping: exponent + fractionDigits) }

    /// Rounded to so many digits in all.
    func rounded(significantDigits: Int) -> Decimal { rounded(keeping: significantDigits) }

    private func rounded(keeping count: Int) -> Decimal {
        guard count < digits.count else { return self }
        var result = self
        guard count >= 0 else {
            (result.digits, result.exponent) = ([], 0)
            return result
        }
        result.digits = Array(digits.prefix(count))
        let rest = digits[count...]
        let isTie = rest.count == 1 && rest[count] == 5
        let roundsUp = isTie ? (result.digits.last ?? 0) % 2 == 1 : rest[count] >= 5
        if roundsUp { result.increment(count) }
        result.normalize()
        return result
    }

    /// Adds one in the last of `count` digits.
    private mutating func increment(_ count: Int) {
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            exponent += 1
        }
    }

    /// With a point and so many digits after it.
    func fixed(fractionDigits: Int) -> String {
        let whole = exponent > 0 ? (0..<exponent).map(digit) : [0]
        let fraction = (0..<fractionDigits).map { digit(exponent + $0) }
        return Decimal.string(whole) + (fraction.isEmpty ? "" : "." + Decimal.string(fraction))
    }

    /// One digit, a point, so many digits after it, and an exponent of at least two digits.
    func scientific(fractionDigits: Int, marker: String = "e") -> String {
        let fraction = (0..<fractionDigits).map { digit(1 + $0) }
        let power = isZero ? 0 : exponent - 1
        let magnitude = "\(power.magnitude)"
        return Decimal.string([digit(0)]) + (fraction.isEmpty ? "" : "." + Decimal.string(fraction)) + marker
            + (power < 0 ? "-" : "+") + (magnitude.count < 2 ? "0" : "") + magnitude
    }

    private func digit(_ index: Int) -> UInt8 { digits.indices.contains(index) ? digits[index] : 0 }

    private static func string(_ digits: [UInt8]) -> String {
        String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }
}

/// A whole number of any size, in limbs of nine decimal digits, lowest first.
private struct BigDecimalInteger {
    private var limbs: [UInt64] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ value: UInt64) {
        var rest = value
        while rest > 0 {
            limbs.append(rest % BigDecimalInteger.base)
            rest /= BigDecimalInteger.base
        }
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % BigDecimalInteger.base
            carry = product / BigDecimalInteger.base
        }
        if carry > 0 { limbs.append(carry) }
    }

    /// Highest first.
    var digits: [UInt8] {
        var digits: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                digits.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        return digits.reversed()
    }
}
