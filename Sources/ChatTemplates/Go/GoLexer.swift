/// Cuts a Go template into tokens.
///
/// *Source*: Go's `text/template/parse`, as documented.
struct GoLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var tokens: [GoToken] = []
    private var parentheses = 0

    /// All tokens; the last one is `.end`.
    ///
    /// - Throws: `syntax` where no token begins, or a quote, comment or action does not end.
    static func tokens(of source: String) throws(TemplateError) -> [GoToken] {
        var lexer = GoLexer(scalars: Array(source.unicodeScalars))
        try lexer.run()
        return lexer.tokens
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private mutating func run() throws(TemplateError) {
        var trimsStart = false
        while index < scalars.count {
            let open = nextDelimiter()
            let trimsEnd = open < scalars.count && hasTrimMarker(at: open + 2)
            addText(upTo: open, trimsStart: trimsStart, trimsEnd: trimsEnd)
            guard open < scalars.count else { break }
            advance(trimsEnd ? 4 : 2)
            if at("/*") {
                trimsStart = try comment()
            } else {
                add(.leftDelimiter)
                trimsStart = try action()
            }
        }
        add(.end)
    }

    // MARK: Text

    private func nextDelimiter() -> Int {
        var place = index
        while place < scalars.count, !at("{{", place) { place += 1 }
        return place
    }

    /// Whether `- ` begins there: the mark that trims.
    private func hasTrimMarker(at place: Int) -> Bool {
        place + 1 < scalars.count && scalars[place] == "-" && Self.isSpace(scalars[place + 1])
    }

    private mutating func addText(upTo end: Int, trimsStart: Bool, trimsEnd: Bool) {
        var (lower, upper) = (index, end)
        while trimsStart, lower < upper, Self.isSpace(scalars[lower]) { lower += 1 }
        while trimsEnd, upper > lower, Self.isSpace(scalars[upper - 1]) { upper -= 1 }
        if lower < upper { add(.text(string(lower..<upper))) }
        advance(end - index)
    }

    private mutating func comment() throws(TemplateError) -> Bool {
        let start = line
        advance(2)
        while index < scalars.count, !at("*/") { advance(1) }
        guard index < scalars.count else { throw .syntax(line: start, message: "unclosed comment") }
        advance(2)
        guard let trims = closingDelimiter() else {
            throw .syntax(line: line, message: "comment ends before closing delimiter")
        }
        return trims
    }

    /// Steps over `}}` or ` -}}` if it stands here; whether it trims.
    private mutating func closingDelimiter() -> Bool? {
        if index + 3 < scalars.count, Self.isSpace(scalars[index]), at("-}}", index + 1) {
            advance(4)
            return true
        }
        guard at("}}") else { return nil }
        advance(2)
        return false
    }

    // MARK: Actions

    /// The tokens up to the end of an action; whether that trims the text after it.
    private mutating func action() throws(TemplateError) -> Bool {
        let start = line
        parentheses = 0
        while index < scalars.count {
            if let trims = closingDelimiter() {
                guard parentheses == 0 else { throw .syntax(line: line, message: "unclosed left paren") }
                add(.rightDelimiter)
                return trims
            }
            try token()
        }
        throw .syntax(line: start, message: "unclosed action")
    }

    private mutating func token() throws(TemplateError) {
        let scalar = scalars[index]
        switch scalar {
        case _ where Self.isSpace(scalar):
            // A trimming delimiter needs the last space for itself.
            while index < scalars.count, Self.isSpace(scalars[index]), !at("-}}", index + 1) { advance(1) }
            add(.space)
            if index < scalars.count, Self.isSpace(scalars[index]) { return }
        case ":":
            guard at(":=") else { throw .syntax(line: line, message: "expected :=") }
            single(.declare, 2)
        case "=": single(.assign)
        case ",": single(.comma)
        case "|": single(.pipe)
        case "(":
            parentheses += 1
            single(.leftParenthesis)
        case ")":
            parentheses -= 1
            guard parentheses >= 0 else { throw .syntax(line: line, message: "unexpected right paren") }
            single(.rightParenthesis)
        case "\"": try quoted()
        case "`": try rawString()
        case "'": try character()
        case ".": try field()
        case "$":
            advance(1)
            let name = try word()
            add(.variable("$" + name))
        case "+", "-", "0"..."9": try number()
        case _ where Self.isWord(scalar): try identifier()
        default:
            throw .syntax(line: line, message: "unexpected character '\(scalar)' in action")
        }
    }

    private mutating func single(_ kind: GoToken.Kind, _ count: Int = 1) {
        add(kind)
        advance(count)
    }

    private mutating func field() throws(TemplateError) {
        if index + 1 < scalars.count, ("0"..."9").contains(scalars[index + 1]) { return try number() }
        advance(1)
        guard index < scalars.count, Self.isWord(scalars[index]) else { return add(.dot) }
        let name = try word()
        add(.field(name))
    }

    private mutating func identifier() throws(TemplateError) {
        let name = try word()
        switch name {
        case "true": add(.boolean(true))
        case "false": add(.boolean(false))
        case "nil": add(.null)
        default: add(GoKeyword(rawValue: name).map(GoToken.Kind.keyword) ?? .identifier(name))
        }
    }

    /// A name, which must be followed by something that ends it.
    private mutating func word() throws(TemplateError) -> String {
        let start = index
        while index < scalars.count, Self.isWord(scalars[index]) { advance(1) }
        guard index < scalars.count, !Self.isSpace(scalars[index]), !at("}}"),
            !".,|:()".unicodeScalars.contains(scalars[index])
        else { return string(start..<index) }
        throw .syntax(line: line, message: "bad character '\(scalars[index])'")
    }

    // MARK: Numbers

    private mutating func number() throws(TemplateError) {
        let start = index
        if scalars[index] == "+" || scalars[index] == "-" { advance(1) }
        let isHexadecimal = at("0x") || at("0X")
        var previous: Unicode.Scalar = " "
        while index < scalars.count {
            let scalar = scalars[index]
            let isSign = scalar == "+" || scalar == "-"
            let followsExponent =
                isHexadecimal ? previous == "p" || previous == "P" : previous == "e" || previous == "E"
            guard Self.isWord(scalar) || scalar == "." || isSign && followsExponent else { break }
            previous = scalar
            advance(1)
        }
        let text = string(start..<index)
        guard let number = GoNumber(text) else { throw .syntax(line: line, message: "bad number syntax: '\(text)'") }
        add(.number(number))
    }

    // MARK: Quotes

    private mutating func quoted() throws(TemplateError) {
        advance(1)
        var text = String.UnicodeScalarView()
        while true {
            guard index < scalars.count, scalars[index] != "\n" else {
                throw .syntax(line: line, message: "unterminated quoted string")
            }
            if scalars[index] == "\"" { break }
            text.append(try unescaped(quote: "\""))
        }
        advance(1)
        add(.string(String(text)))
    }

    private mutating func rawString() throws(TemplateError) {
        let first = index + 1
        advance(1)
        while index < scalars.count, scalars[index] != "`" { advance(1) }
        guard index < scalars.count else { throw .syntax(line: line, message: "unterminated raw quoted string") }
        let text = scalars[first..<index].filter { $0 != "\r" }
        tokens.append(GoToken(kind: .string(String(String.UnicodeScalarView(text))), line: line))
        advance(1)
    }

    private mutating func character() throws(TemplateError) {
        advance(1)
        guard index < scalars.count, scalars[index] != "'", scalars[index] != "\n" else {
            throw .syntax(line: line, message: "unterminated character constant")
        }
        let scalar = try unescaped(quote: "'")
        guard at("'") else { throw .syntax(line: line, message: "unterminated character constant") }
        advance(1)
        add(.number(.integer(Int(scalar.value))))
    }

    /// The character here, with its escape if it has one.
    private mutating func unescaped(quote: Unicode.Scalar) throws(TemplateError) -> Unicode.Scalar {
        let scalar = scalars[index]
        advance(1)
        guard scalar == "\\" else { return scalar }
        guard index < scalars.count else { throw .syntax(line: line, message: "unterminated quoted string") }
        let letter = scalars[index]
        advance(1)
        if letter == quote || letter == "\\" { return letter }
        if let control = Self.controls[letter] { return control }
        switch letter {
        case "x": return try escapedCodePoint(digits: 2, radix: 16)
        case "u": return try escapedCodePoint(digits: 4, radix: 16)
        case "U": return try escapedCodePoint(digits: 8, radix: 16)
        case "0"..."7":
            index -= 1
            return try escapedCodePoint(digits: 3, radix: 8)
        default: throw .syntax(line: line, message: "unknown escape '\\\(letter)'")
        }
    }

    private static let controls: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
    ]

    private mutating func escapedCodePoint(digits: Int, radix: Int) throws(TemplateError) -> Unicode.Scalar {
        let end = index + digits
        guard end <= scalars.count, let value = UInt32(string(index..<end), radix: radix),
            let scalar = Unicode.Scalar(value), digits > 3 || value < 128
        else { throw .syntax(line: line, message: "invalid escape of a character") }
        advance(digits)
        return scalar
    }

    // MARK: Characters

    private mutating func add(_ kind: GoToken.Kind) { tokens.append(GoToken(kind: kind, line: line)) }

    private mutating func advance(_ count: Int) {
        for scalar in scalars[index..<index + count] where scalar == "\n" { line += 1 }
        index += count
    }

    private func at(_ text: StaticString, _ place: Int? = nil) -> Bool {
        let place = place ?? index
        guard place >= 0, place + text.utf8CodeUnitCount <= scalars.count else { return false }
        return zip("\(text)".unicodeScalars, scalars[place...]).allSatisfy { $0 == $1 }
    }

    private func string(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

extension GoNumber {
    /// Reads a number as Go spells it: decimal, or with `0x`, `0o`, `0b` or a leading zero; underscores between digits.
    init?(_ text: String) {
        var body = Substring(text)
        let isNegative = body.hasPrefix("-")
        if isNegative || body.hasPrefix("+") { body = body.dropFirst() }
        guard !body.isEmpty, !body.hasPrefix("_"), !body.hasSuffix("_"), !body.contains("__") else { return nil }
        let digits = body.filter { $0 != "_" }.lowercased()
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
        if let (prefix, radix) = prefixes.first(where: { digits.hasPrefix($0.0) }) {
            guard let value = Int((isNegative ? "-" : "") + digits.dropFirst(prefix.count), radix: radix) else {
                guard radix == 16, digits.contains("p"), let value = Double(digits) else { return nil }
                self = .float(isNegative ? -value : value)
                return
            }
            self = .integer(value)
            return
        }
        // A leading zero means octal.
        let isFloat = digits.contains(".") || digits.contains("e")
        if !isFloat, digits.count > 1, digits.hasPrefix("0") {
            guard let value = Int((isNegative ? "-" : "") + digits.dropFirst(), radix: 8) else { return nil }
            self = .integer(value)
        } else if isFloat {
            guard
                let value = Double(digits.hasPrefix(".") ? "0" + digits : digits.hasSuffix(".") ? digits + "0" : digits)
            else { return nil }
            self = .float(isNegative ? -value : value)
        } else {
            guard let value = Int((isNegative ? "-" : "") + digits) else { return nil }
            self = .integer(value)
        }
    }
}
