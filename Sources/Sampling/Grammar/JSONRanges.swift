/// Numbers between bounds, as digits: a decimal number without an exponent.
///
/// Bounds are decimal texts, so that none is rounded.
enum JSONRanges {
    private typealias Expression = Grammar.Expression

    /// A bound: how far it is from zero, in digits, and on which side.
    struct Bound: Equatable {
        var isNegative: Bool
        /// Digits before the point, without leading zeros: none for zero.
        var whole: [UInt8]
        /// Digits behind the point, without trailing zeros.
        var fraction: [UInt8]
        var isInclusive = true

        var isZero: Bool { whole.isEmpty && fraction.isEmpty }

        /// Nil for numbers that have too many digits.
        init?(_ number: String) {
            let parts = number.lowercased().split(separator: "e", omittingEmptySubsequences: false)
            guard let mantissa = parts.first, let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) <= 40
            else {
                return nil
            }
            isNegative = mantissa.hasPrefix("-")
            let halves = mantissa.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
            var digits = halves.joined().utf8.map { $0 - 48 }
            var point = (halves.first?.utf8.count ?? 0) + exponent
            if point < 0 {
                digits = Array(repeating: 0, count: -point) + digits
                point = 0
            }
            if point > digits.count { digits += Array(repeating: 0, count: point - digits.count) }
            whole = Array(digits[..<point].drop { $0 == 0 })
            fraction = Array(digits[point...])
            while fraction.last == 0 { fraction.removeLast() }
            guard whole.count < JSONText.integerDigits, fraction.count < JSONText.fractionDigits else { return nil }
            if isZero { isNegative = false }
        }

        static func zero(isInclusive: Bool) -> Bound {
            var bound = Bound("0") ?? Bound(whole: [])
            bound.isInclusive = isInclusive
            return bound
        }

        private init(whole: [UInt8]) { (isNegative, self.whole, fraction) = (false, whole, []) }

        var negated: Bound {
            var bound = self
            bound.isNegative = !isNegative && !isZero
            return bound
        }
    }

    /// Numbers from one bound to another; nil if there are none.
    static func numbers(from low: Bound?, to high: Bound?, isInteger: Bool) -> Grammar.Expression? {
        var signs: [Expression] = []
        if !(high?.isNegative ?? false) {
            let least = low.flatMap { $0.isNegative ? nil : $0 }
            if let part = magnitudes(from: least ?? .zero(isInclusive: true), to: high, isInteger) {
                signs.append(part)
            }
        }
        if low?.isNegative ?? true {
            // Without a bound below zero, minus zero is left out.
            let least = high.flatMap { $0.isNegative ? $0.negated : nil } ?? .zero(isInclusive: false)
            if let part = magnitudes(from: least, to: low?.negated, isInteger) {
                signs.append(.sequence([JSONText.text("-"), part]))
            }
        }
        return signs.isEmpty ? nil : signs.count == 1 ? signs[0] : .choice(signs)
    }

    /// Numbers without a sign between two bounds that have none.
    private static func magnitudes(from low: Bound, to high: Bound?, _ isInteger: Bool) -> Expression? {
        var choices: [Expression] = []
        let anyFraction = fraction(Tail(low: nil, high: nil), isInteger)
        func add(_ whole: Expression?, _ rest: Expression?) {
            if let whole, let rest { choices.append(.sequence([whole, rest])) }
        }
        let lowTail = Tail.Limit(digits: low.fraction[...], isInclusive: low.isInclusive)
        guard let high else {
            add(literal(low.whole), fraction(Tail(low: lowTail, high: nil), isInteger))
            add(wholes(above: low.whole, below: nil), anyFraction)
            return choices.isEmpty ? nil : .choice(choices)
        }
        let highTail = Tail.Limit(digits: high.fraction[...], isInclusive: high.isInclusive)
        if low.whole == high.whole {
            add(literal(low.whole), fraction(Tail(low: lowTail, high: highTail), isInteger))
        } else if isBelow(low.whole, high.whole) {
            add(literal(low.whole), fraction(Tail(low: lowTail, high: nil), isInteger))
            add(wholes(above: low.whole, below: high.whole), anyFraction)
            add(literal(high.whole), fraction(Tail(low: nil, high: highTail), isInteger))
        }
        return choices.isEmpty ? nil : .choice(choices)
    }

    private static func literal(_ digits: [UInt8]) -> Expression {
        .literal(digits.isEmpty ? [48] : digits.map { $0 + 48 })
    }

    private static func isBelow(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count ? one.lexicographicallyPrecedes(other) : one.count < other.count
    }

    // MARK: Whole numbers

    /// Whole numbers strictly between two; nil if there are none.
    private static func wholes(above low: [UInt8], below high: [UInt8]?) -> Expression? {
        let lengths = max(low.count, 1)...(high?.count ?? JSONText.integerDigits)
        guard !lengths.isEmpty else { return nil }
        var choices: [Expression] = []
        for length in lengths {
            let least = length == low.count ? low[...] : nil
            let most = length == high?.count ? high?[...] : nil
            if let part = digits(length, above: least, below: most, isFirst: true) { choices.append(part) }
        }
        return choices.isEmpty ? nil : .choice(choices)
    }

    /// So many digits that make a number strictly above and below others of as many digits, where there are any.
    private static func digits(
        _ count: Int, above low: ArraySlice<UInt8>?, below high: ArraySlice<UInt8>?, isFirst: Bool
    ) -> Expression? {
        guard count > 0 else { return low == nil && high == nil ? .literal([]) : nil }
        var free: [ClosedRange<UInt32>] = []
        var choices: [Expression] = []
        for digit in UInt8(isFirst ? 1 : 0)...9 {
            if let first = low?.first, digit < first { continue }
            if let first = high?.first, digit > first { continue }
            let least = low?.first == digit ? low?.dropFirst() : nil
            let most = high?.first == digit ? high?.dropFirst() : nil
            if least == nil, most == nil {
                free.append(UInt32(digit) + 48...UInt32(digit) + 48)
            } else if let rest = digits(count - 1, above: least, below: most, isFirst: false) {
                choices.append(.sequence([.literal([digit + 48]), rest]))
            }
        }
        if !free.isEmpty {
            choices.append(
                .sequence([
                    .set(CodePointSet(free)), .repetition(JSONText.digit, minimum: count - 1, maximum: count - 1),
                ]))
        }
        return choices.isEmpty ? nil : .choice(choices)
    }

    // MARK: Fractions

    /// What the digits that are still to come must make.
    private struct Tail {
        struct Limit {
            /// Digits of the bound; after them come zeros.
            let digits: ArraySlice<UInt8>
            let isInclusive: Bool
        }

        /// Bounds that the digits so far are equal to; nil where they are already inside.
        let low: Limit?
        let high: Limit?

        /// Whether zeros, or no more digits, satisfy both bounds.
        var mayEnd: Bool {
            if let low, !low.digits.isEmpty || !low.isInclusive { return false }
            if let high, high.digits.isEmpty, !high.isInclusive { return false }
            return true
        }
    }

    /// Point and digits that satisfy a bound, or nothing where that does; nil if nothing can.
    private static func fraction(_ tail: Tail, _ isInteger: Bool) -> Expression? {
        if isInteger { return tail.mayEnd ? .literal([]) : nil }
        let some = fractionDigits(tail, JSONText.fractionDigits).map { Expression.sequence([JSONText.text("."), $0]) }
        guard let some else { return tail.mayEnd ? .literal([]) : nil }
        return tail.mayEnd ? JSONText.optional(some) : some
    }

    /// One or more digits.
    private static func fractionDigits(_ tail: Tail, _ count: Int) -> Expression? {
        guard count > 0 else { return nil }
        if tail.low == nil, tail.high == nil { return .repetition(JSONText.digit, minimum: 1, maximum: count) }
        var free: [ClosedRange<UInt32>] = []
        var choices: [Expression] = []
        for digit in UInt8(0)...9 {
            let least = tail.low?.digits.first ?? 0
            let most = tail.high?.digits.first ?? 0
            if tail.low != nil, digit < least { continue }
            if tail.high != nil, digit > most { continue }
            let low =
                digit == least
                ? tail.low.map { Tail.Limit(digits: $0.digits.dropFirst(), isInclusive: $0.isInclusive) } : nil
            let high =
                digit == most
                ? tail.high.map { Tail.Limit(digits: $0.digits.dropFirst(), isInclusive: $0.isInclusive) } : nil
            let rest = Tail(low: low, high: high)
            if low == nil, high == nil {
                free.append(UInt32(digit) + 48...UInt32(digit) + 48)
                continue
            }
            let more = fractionDigits(rest, count - 1)
            let first: Expression = .literal([digit + 48])
            if rest.mayEnd {
                choices.append(.sequence([first] + (more.map { [JSONText.optional($0)] } ?? [])))
            } else if let more {
                choices.append(.sequence([first, more]))
            }
        }
        if !free.isEmpty {
            choices.append(
                .sequence([
                    .set(CodePointSet(free)), .repetition(JSONText.digit, minimum: 0, maximum: count - 1),
                ]))
        }
        return choices.isEmpty ? nil : .choice(choices)
    }
}
