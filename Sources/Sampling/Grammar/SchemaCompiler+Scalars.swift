import JSON

extension SchemaCompiler {
    // MARK: Numbers

    /// Numbers between the schema's bounds; nil if there are none.
    func number(_ flat: JSONObject, _ place: LocatedSchema, isInteger: Bool) throws(GrammarError) -> Expression? {
        let low = try tightest(
            flat, place, inclusive: "minimum", exclusive: "exclusiveMinimum", isLower: true)
        let high = try tightest(
            flat, place, inclusive: "maximum", exclusive: "exclusiveMaximum", isLower: false)
        guard low != nil || high != nil else { return isInteger ? JSONText.integer : JSONText.number }
        return JSONRanges.numbers(from: low, to: high, isInteger: isInteger)
    }

    /// The bound that excludes more of two.
    private func tightest(
        _ flat: JSONObject, _ place: LocatedSchema, inclusive: String, exclusive: String, isLower: Bool
    ) throws(GrammarError) -> JSONRanges.Bound? {
        var found: (bound: JSONRanges.Bound, value: Double)?
        for (keyword, isInclusive) in [(inclusive, true), (exclusive, false)] {
            guard let value = flat[keyword] else { continue }
            // Draft 4 had a Boolean here, which speaks of the other keyword.
            guard let number = value.numberValue, let double = number.double else {
                throw place.part(keyword, value).malformed("a number", value)
            }
            guard var bound = JSONRanges.Bound(number.text) else {
                throw place.unsupported(keyword, "the number has too many digits")
            }
            bound.isInclusive = isInclusive
            // Of equal ones the exclusive bound, which comes last, excludes more.
            if let other = found, isLower ? other.value > double : other.value < double { continue }
            found = (bound, double)
        }
        return found?.bound
    }

    // MARK: Strings

    func string(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> Expression {
        let minimum = try count("minLength", flat, place) ?? 0
        let maximum = try count("maxLength", flat, place)
        guard minimum <= maximum ?? minimum else { return .choice([]) }
        if let pattern = flat["pattern"] {
            guard let text = pattern.stringValue else {
                throw place.part("pattern", pattern).malformed("a string", pattern)
            }
            if flat["format"]?.stringValue.flatMap(StringFormats.regex) != nil {
                throw place.unsupported("format", "beside a pattern")
            }
            return try matching(text, minimum...(maximum ?? .max), "pattern", place)
        }
        if let format = flat["format"] {
            guard let name = format.stringValue else {
                throw place.part("format", format).malformed("a string", format)
            }
            if let regex = StringFormats.regex(of: name) {
                return try matching(regex, minimum...(maximum ?? .max), "format", place)
            }
            guard StringFormats.annotations.contains(name) else {
                throw place.unsupported(
                    "format", "\"\(name)\" is none of \(StringFormats.names.joined(separator: ", "))")
            }
        }
        return JSONText.quoted(.repetition(JSONText.anyCharacter, minimum: minimum, maximum: maximum))
    }

    /// Strings that a regular expression matches; lengths are kept where the expression itself can keep them.
    private func matching(
        _ regex: String, _ lengths: ClosedRange<Int>, _ keyword: String, _ place: LocatedSchema
    ) throws(GrammarError) -> Expression {
        let found = try RegexParser.parse(regex, matching: .part)
        let own = found.lengths
        if lengths.lowerBound <= own.lowerBound && own.upperBound <= lengths.upperBound {
            return JSONText.quoted(JSONText.spelled(found))
        }
        guard let (set, counts) = found.repeatedSet else {
            throw place.unsupported(keyword, "beside bounds on the length that it does not imply")
        }
        let low = max(counts.lowerBound, lengths.lowerBound)
        let high = min(counts.upperBound, lengths.upperBound)
        guard low <= high else { return .choice([]) }
        return JSONText.quoted(
            .repetition(JSONText.character(of: set), minimum: low, maximum: high == .max ? nil : high))
    }

    /// A keyword's value, which must be a count.
    func count(_ keyword: String, _ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> Int? {
        guard let value = flat[keyword] else { return nil }
        guard let count = value.intValue, count >= 0 else {
            throw place.part(keyword, value).malformed("a number from 0 up", value)
        }
        guard count <= Grammar.Limit.repetition else {
            throw .tooLarge(what: "\(keyword) of \(place.path)", limit: Grammar.Limit.repetition)
        }
        return count
    }
}

extension Grammar.Expression {
    /// How many scalars its texts have. Rules have none: patterns are made without.
    fileprivate var lengths: ClosedRange<Int> {
        switch self {
        case .literal(let bytes):
            let count = String(decoding: bytes, as: UTF8.self).unicodeScalars.count
            return count...count
        case .set: return 1...1
        case .sequence(let parts):
            return parts.reduce(0...0) { sum, part in
                let lengths = part.lengths
                return Self.sum(sum.lowerBound, lengths.lowerBound)...Self.sum(sum.upperBound, lengths.upperBound)
            }
        case .choice(let parts):
            let all = parts.map(\.lengths)
            return (all.map(\.lowerBound).min() ?? 0)...(all.map(\.upperBound).max() ?? 0)
        case .repetition(let part, let minimum, let maximum):
            let lengths = part.lengths
            let low = lengths.lowerBound.multipliedReportingOverflow(by: minimum)
            let high = lengths.upperBound.multipliedReportingOverflow(by: maximum ?? .max)
            return min(low.overflow ? .max : low.partialValue, .max)...(high.overflow ? .max : high.partialValue)
        case .rule: return 0...Int.max
        }
    }

    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The set and the counts, if the expression is one set repeated.
    fileprivate var repeatedSet: (CodePointSet, ClosedRange<Int>)? {
        switch self {
        case .sequence(let parts) where parts.count == 1: parts[0].repeatedSet
        case .repetition(.set(let set), let minimum, let maximum): (set, minimum...(maximum ?? .max))
        default: nil
        }
    }
}
