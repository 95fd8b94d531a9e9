/// Reads regular expressions, as far as they describe regular languages: ECMA-262's syntax without what looks around
/// (assertions, word borders), looks back (references) or depends on flags.
struct RegexParser {
    private typealias Expression = Grammar.Expression

    /// What an expression matches.
    enum Extent {
        /// The whole text, anchored or not.
        case whole
        /// Some part of the text, as JSON Schema's `pattern` does; `^` and `$` tie it to an end.
        case part
    }

    private let scalars: [Unicode.Scalar]
    private let extent: Extent
    private var index = 0
    private var count = 0

    /// Parses a whole regular expression.
    ///
    /// - Throws: `malformedRegex`, `unsupportedRegex` or `tooLarge`.
    static func parse(_ text: String, matching extent: Extent) throws(GrammarError) -> Grammar.Expression {
        guard text.utf8.count <= Grammar.Limit.bytes else {
            throw .tooLarge(what: "bytes of a regular expression", limit: Grammar.Limit.bytes)
        }
        var parser = RegexParser(scalars: Array(text.unicodeScalars), extent: extent)
        var branches = [try parser.anchoredBranch()]
        while parser.take("|") { branches.append(try parser.anchoredBranch()) }
        guard parser.next == nil else { throw parser.malformed("the end") }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private init(scalars: [Unicode.Scalar], extent: Extent) {
        self.scalars = scalars
        self.extent = extent
    }

    // MARK: Structure

    /// An alternative of the whole expression, which may be tied to the ends of the text.
    private mutating func anchoredBranch() throws(GrammarError) -> Expression {
        let isTiedToStart = take("^") || extent == .whole
        let body = try sequence(depth: 0)
        let isTiedToEnd = take("$") || extent == .whole
        let anything: Expression = .repetition(.set(.all), minimum: 0, maximum: nil)
        return .sequence((isTiedToStart ? [] : [anything]) + [body] + (isTiedToEnd ? [] : [anything]))
    }

    private mutating func alternatives(depth: Int) throws(GrammarError) -> Expression {
        try Grammar.Limit.check(depth: depth)
        var choices = [try sequence(depth: depth)]
        while take("|") { choices.append(try sequence(depth: depth)) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(depth: Int) throws(GrammarError) -> Expression {
        var parts: [Expression] = []
        while let item = try item(depth: depth) {
            count += 1
            try Grammar.Limit.check(expressions: count)
            if let (minimum, maximum) = try quantifier() {
                parts.append(.repetition(item, minimum: minimum, maximum: maximum))
            } else if case .literal(let bytes) = item, case .literal(let before) = parts.last {
                parts[parts.count - 1] = .literal(before + bytes)
            } else {
                parts.append(item)
            }
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func item(depth: Int) throws(GrammarError) -> Expression? {
        guard let scalar = next else { return nil }
        switch scalar {
        case "|", ")": return nil
        case "$":
            guard depth == 0, index + 1 == scalars.count || scalars[index + 1] == "|" else {
                throw unsupported("'$' that is not at the end")
            }
            return nil
        case "^": throw unsupported("'^' that is not at the beginning")
        case "*", "+", "?", "{", "}", "]": throw malformed("a character, class or group")
        case "(": return try group(depth: depth)
        case "[": return .set(try characterClass())
        case ".":
            index += 1
            return .set(Self.lineEnds.complement)
        case "\\":
            index += 1
            return try escape()
        default:
            index += 1
            return .literal(Array(String(Character(scalar)).utf8))
        }
    }

    private mutating func group(depth: Int) throws(GrammarError) -> Expression {
        index += 1
        if take("?") {
            if take("P") || next == "<" {
                guard take("<") else { throw unsupported("a construct with (?P") }
                if next == "=" || next == "!" { throw unsupported("a look-behind") }
                while let scalar = next, scalar != ">" { index = scalar == ")" ? scalars.count : index + 1 }
                guard take(">") else { throw malformed("'>' after a group's name") }
            } else if next == "=" || next == "!" {
                throw unsupported("a look-ahead")
            } else if !take(":") {
                throw unsupported("a group with flags")
            }
        }
        let body = try alternatives(depth: depth + 1)
        guard take(")") else { throw malformed("')'") }
        return body
    }

    private mutating func quantifier() throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        let bounds: (Int, Int?)
        switch next {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            index += 1
            let minimum = try number()
            var maximum: Int? = minimum
            if take(",") { maximum = next == "}" ? nil : try number() }
            guard next == "}" else { throw malformed("'}'") }
            guard maximum ?? minimum >= minimum else { throw malformed("a maximum of at least \(minimum)") }
            bounds = (minimum, maximum)
        default: return nil
        }
        index += 1
        if next == "+" { throw unsupported("a possessive quantifier") }
        _ = take("?")  // A lazy quantifier matches the same texts.
        if let scalar = next, ["*", "+", "?", "{"].contains(scalar) { throw malformed("something to repeat") }
        return bounds
    }

    private mutating func number() throws(GrammarError) -> Int {
        let start = index
        var value = 0
        while let digit = next, "0"..."9" ~= digit {
            value = value * 10 + Int(digit.value - 48)
            guard value <= Grammar.Limit.repetition else {
                throw .tooLarge(what: "repetitions", limit: Grammar.Limit.repetition)
            }
            index += 1
        }
        guard index > start else { throw malformed("a number") }
        return value
    }

    // MARK: Characters

    private static let digits = CodePointSet([0x30...0x39])
    private static let words = CodePointSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let lineEnds = CodePointSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    private static let spaces = CodePointSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    /// An escape outside a class, after its backslash.
    private mutating func escape() throws(GrammarError) -> Expression {
        if let set = try classEscape() { return .set(set) }
        return .literal(Array(String(Character(try characterEscape())).utf8))
    }

    private mutating func classEscape() throws(GrammarError) -> CodePointSet? {
        let set: CodePointSet? =
            switch next {
            case "d": Self.digits
            case "D": Self.digits.complement
            case "w": Self.words
            case "W": Self.words.complement
            case "s": Self.spaces
            case "S": Self.spaces.complement
            case "p", "P": throw unsupported("a Unicode property")
            default: nil
            }
        if set != nil { index += 1 }
        return set
    }

    private mutating func characterEscape() throws(GrammarError) -> Unicode.Scalar {
        guard let letter = next else { throw malformed("an escape") }
        switch letter {
        case "b", "B": throw unsupported("a word border")
        case "k", "1"..."9": throw unsupported("a reference to a group")
        case "c": throw unsupported("a control escape")
        default: index += 1
        }
        switch letter {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{B}"
        case "f": return "\u{C}"
        case "0": return "\0"
        case "x": return try scalar(try hexadecimal(digits: 2))
        case "u": return try unicodeEscape()
        case "a"..."z", "A"..."Z":
            index -= 1
            throw malformed("an escape that has a meaning")
        default: return letter
        }
    }

    private mutating func unicodeEscape() throws(GrammarError) -> Unicode.Scalar {
        if take("{") {
            var value: UInt32 = 0
            while let digit = next.flatMap({ Character($0).hexDigitValue }), value <= 0x10_FFFF {
                value = value << 4 | UInt32(digit)
                index += 1
            }
            guard take("}") else { throw malformed("hexadecimal digits and '}'") }
            return try scalar(value)
        }
        let unit = try hexadecimal(digits: 4)
        guard 0xD800...0xDBFF ~= unit, take("\\"), take("u") else { return try scalar(unit) }
        let low = try hexadecimal(digits: 4)
        guard 0xDC00...0xDFFF ~= low else { throw malformed("the second half of a surrogate pair") }
        return try scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func hexadecimal(digits: Int) throws(GrammarError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next.flatMap({ Character($0).hexDigitValue }) else {
                throw malformed("\(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private func scalar(_ value: UInt32) throws(GrammarError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else { throw malformed("the number of a Unicode scalar") }
        return scalar
    }

    private mutating func characterClass() throws(GrammarError) -> CodePointSet {
        index += 1
        let isNegated = take("^")
        var set = CodePointSet([])
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            guard let lower = try classMember() else {
                throw malformed("']'")
            }
            guard case .one(let first) = lower, next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                switch lower {
                case .one(let scalar): ranges.append(scalar.value...scalar.value)
                case .several(let members): set = set.union(members)
                }
                continue
            }
            index += 1
            guard case .one(let last) = try classMember(), last.value >= first.value else {
                throw malformed("a character not below the range's first")
            }
            ranges.append(first.value...last.value)
        }
        set = set.union(CodePointSet(ranges))
        return isNegated ? set.complement : set
    }

    private enum ClassMember {
        case one(Unicode.Scalar)
        case several(CodePointSet)
    }

    private mutating func classMember() throws(GrammarError) -> ClassMember? {
        guard let scalar = next else { return nil }
        index += 1
        guard scalar == "\\" else { return .one(scalar) }
        if let set = try classEscape() { return .several(set) }
        if take("b") { return .one("\u{8}") }
        if take("-") { return .one("-") }
        return .one(try characterEscape())
    }

    // MARK: Text

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private func malformed(_ expected: String) -> GrammarError {
        .malformedRegex(position: index + 1, expected: expected, found: next.map { "'\($0)'" } ?? "the end")
    }

    private func unsupported(_ construct: String) -> GrammarError {
        .unsupportedRegex(construct: construct, position: index + 1)
    }
}

extension Grammar {
    /// Texts that a regular expression matches from beginning to end.
    ///
    /// - Throws: `malformedRegex`, `unsupportedRegex` or `tooLarge`.
    package init(regex: String) throws(GrammarError) { self.init(try RegexParser.parse(regex, matching: .whole)) }
}
