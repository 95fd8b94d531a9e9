/// Reads GBNF, llama.cpp's notation for grammars (its `grammars/README.md`).
///
/// Stricter than llama.cpp where that would hide a mistake: a rule has one definition, and every rule that is used is
/// defined. Token terminals (`<[7]>`, `<think>`) have no meaning here: text is what is constrained.
struct GBNFParser {
    private typealias Expression = Grammar.Expression

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var rules: [Grammar.Rule] = []
    private var numbers: [String: Int] = [:]
    private var isDefined: [Bool] = []
    private var firstUse: [Int] = []
    private var expressionCount = 0

    /// Parses a whole text.
    static func parse(_ text: String) throws(GrammarError) -> Grammar {
        guard text.utf8.count <= Grammar.Limit.bytes else {
            throw .tooLarge(what: "bytes of grammar", limit: Grammar.Limit.bytes)
        }
        var parser = GBNFParser(scalars: Array(text.unicodeScalars))
        return try parser.grammar()
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private mutating func grammar() throws(GrammarError) -> Grammar {
        skipSpace(linesToo: true)
        while next != nil { try rule() }
        if let missing = isDefined.firstIndex(of: false) {
            throw .unknownRule(name: rules[missing].name, at: position(firstUse[missing]))
        }
        guard let root = numbers["root"] else { throw .missingRoot(name: "root") }
        return Grammar(rules: rules, root: root)
    }

    // MARK: Rules

    private mutating func rule() throws(GrammarError) {
        let start = index
        let name = try name()
        let number = number(of: name, usedAt: start)
        guard !isDefined[number] else { throw .duplicateRule(name: name, at: position(start)) }
        isDefined[number] = true
        skipSpace(linesToo: false)
        for expected in "::=".unicodeScalars {
            guard next == expected else { throw unexpected("\"::=\"") }
            index += 1
        }
        skipSpace(linesToo: true)
        rules[number].body = try alternates(depth: 0)
        guard next == nil || next == "\n" || next == "\r" else { throw unexpected("the end of the rule") }
        skipSpace(linesToo: true)
    }

    private mutating func number(of name: String, usedAt use: Int) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = rules.count
        rules.append(Grammar.Rule(name: name, body: .literal([])))
        isDefined.append(false)
        firstUse.append(use)
        return rules.count - 1
    }

    private mutating func name() throws(GrammarError) -> String {
        let start = index
        while let scalar = next, Self.isNamePart(scalar) { index += 1 }
        guard index > start else { throw unexpected("a rule's name") }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-": true
        default: false
        }
    }

    // MARK: Expressions

    private mutating func alternates(depth: Int) throws(GrammarError) -> Expression {
        try Grammar.Limit.check(depth: depth)
        var choices = [try sequence(depth: depth)]
        while next == "|" {
            index += 1
            skipSpace(linesToo: true)
            choices.append(try sequence(depth: depth))
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(depth: Int) throws(GrammarError) -> Expression {
        var parts: [Expression] = []
        while let item = try item(depth: depth) {
            expressionCount += 1
            try Grammar.Limit.check(expressions: expressionCount)
            skipSpace(linesToo: depth > 0)
            var repeated = item
            var repetitions = 0
            while let (minimum, maximum) = try repetition(linesToo: depth > 0) {
                repetitions += 1
                guard repetitions <= Grammar.Limit.depth else {
                    throw .tooLarge(what: "repetitions of one another", limit: Grammar.Limit.depth)
                }
                repeated = .repetition(repeated, minimum: minimum, maximum: maximum)
            }
            parts.append(repeated)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func item(depth: Int) throws(GrammarError) -> Expression? {
        guard let scalar = next else { return nil }
        switch scalar {
        case "\"": return try literal()
        case "[": return try characterClass()
        case ".":
            index += 1
            return .set(.all)
        case "(":
            index += 1
            skipSpace(linesToo: true)
            let group = try alternates(depth: depth + 1)
            guard next == ")" else { throw unexpected("')'") }
            index += 1
            return group
        case "<", "!": throw unexpected("text: token terminals are not supported")
        case "*", "+", "?", "{": throw unexpected("something to repeat before '\(scalar)'")
        default:
            guard Self.isNamePart(scalar) else { return nil }
            let start = index
            return .rule(number(of: try name(), usedAt: start))
        }
    }

    private mutating func repetition(linesToo: Bool) throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        let bounds: (Int, Int?)
        switch next {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            index += 1
            bounds = try braces(linesToo: linesToo)
        default: return nil
        }
        index += 1
        skipSpace(linesToo: linesToo)
        return bounds
    }

    /// Reads `m}`, `m,}` or `m,n}` up to the brace.
    private mutating func braces(linesToo: Bool) throws(GrammarError) -> (Int, Int?) {
        skipSpace(linesToo: linesToo)
        let minimum = try count()
        skipSpace(linesToo: linesToo)
        var maximum: Int? = minimum
        if next == "," {
            index += 1
            skipSpace(linesToo: linesToo)
            maximum = nil
            if let digit = next, "0"..."9" ~= digit {
                let start = index
                let bound = try count()
                guard bound >= minimum else {
                    index = start
                    throw unexpected("a maximum of at least \(minimum)")
                }
                maximum = bound
            }
            skipSpace(linesToo: linesToo)
        }
        guard next == "}" else { throw unexpected(maximum == nil ? "a number or '}'" : "',' or '}'") }
        return (minimum, maximum)
    }

    private mutating func count() throws(GrammarError) -> Int {
        var value = 0
        let start = index
        while let digit = next, "0"..."9" ~= digit {
            value = value * 10 + Int(digit.value - 48)
            guard value <= Grammar.Limit.repetition else {
                throw .tooLarge(what: "repetitions", limit: Grammar.Limit.repetition)
            }
            index += 1
        }
        guard index > start else { throw unexpected("a number") }
        return value
    }

    // MARK: Characters

    private mutating func literal() throws(GrammarError) -> Expression {
        index += 1
        var text = String.UnicodeScalarView()
        while next != "\"" { text.append(try character(in: "a text in quotes")) }
        index += 1
        return .literal(Array(String(text).utf8))
    }

    private mutating func characterClass() throws(GrammarError) -> Expression {
        index += 1
        let isNegated = next == "^"
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while next != "]" {
            let lower = try character(in: "a class").value
            var upper = lower
            if next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
                index += 1
                let start = index
                upper = try character(in: "a class").value
                guard upper >= lower else {
                    index = start
                    throw unexpected("a character not below the range's first")
                }
            }
            ranges.append(lower...upper)
        }
        index += 1
        let set = CodePointSet(ranges)
        return .set(isNegated ? set.complement : set)
    }

    private mutating func character(in place: String) throws(GrammarError) -> Unicode.Scalar {
        guard let scalar = next else { throw unexpected("the end of \(place)") }
        index += 1
        guard scalar == "\\" else { return scalar }
        guard let letter = next else { throw unexpected("an escape") }
        index += 1
        switch letter {
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        case "U": return try hexadecimal(digits: 8)
        case "t": return "\t"
        case "r": return "\r"
        case "n": return "\n"
        case "\\", "\"", "[", "]", "-": return letter
        default:
            index -= 1
            throw unexpected("an escape: one of x u U t r n \\ \" [ ] -")
        }
    }

    private mutating func hexadecimal(digits: Int) throws(GrammarError) -> Unicode.Scalar {
        let start = index
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = next, let digit = Character(scalar).hexDigitValue else {
                throw unexpected("\(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        guard let scalar = Unicode.Scalar(value) else {
            index = start
            throw unexpected("the number of a Unicode scalar")
        }
        return scalar
    }

    // MARK: Text

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func skipSpace(linesToo: Bool) {
        while let scalar = next {
            switch scalar {
            case " ", "\t": index += 1
            case "\n", "\r":
                guard linesToo else { return }
                index += 1
            case "#":
                while let scalar = next, scalar != "\n", scalar != "\r" { index += 1 }
            default: return
            }
        }
    }

    private func position(_ index: Int) -> TextPosition {
        let before = scalars[..<index]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return TextPosition(line: 1 + before.count { $0 == "\n" }, column: 1 + index - lineStart)
    }

    private func unexpected(_ expected: String) -> GrammarError {
        let found = next.map { $0.value > 0x20 ? "'\($0)'" : "U+\(String($0.value, radix: 16))" } ?? "the end"
        return .unexpected(at: position(index), expected: expected, found: found)
    }
}

extension Grammar {
    /// Reads GBNF, llama.cpp's notation; the text follows rule `root`.
    ///
    /// - Throws: what is wrong with the text. Left recursion and rules that match nothing are found when the grammar is
    ///   compiled (`GrammarConstraint`).
    package init(gbnf text: String) throws(GrammarError) { self = try GBNFParser.parse(text) }
}
