/// Cuts a template into tokens by Jinja's rules, with `trim_blocks` and `lstrip_blocks` on, as chat templates want:
/// the first newline after a block tag goes, and so does white space between the start of a line and a block tag.
/// `-` in a tag strips all white space on its side, `+` keeps it.
struct Lexer {
    private let source: [UInt32]
    private var position = 0
    private var line = 1
    /// Whether what was read last ended a line: then white space before a block tag may go.
    private var isAtLineStart = true
    private var tokens: [Token] = []

    private static let sourceLimit = 4 << 20

    /// The tokens of a whole template, the last of them `end`.
    static func tokens(of source: String) throws(TemplateError) -> [Token] {
        var lexer = Lexer(source: source)
        guard lexer.source.count <= sourceLimit else {
            throw .limit(line: 0, what: "characters in a template", most: sourceLimit)
        }
        try lexer.readTemplate()
        lexer.add(.end)
        return lexer.tokens
    }

    /// All line ends become `\n`, and one at the very end goes.
    private init(source: String) {
        var points: [UInt32] = []
        var isAfterReturn = false
        for scalar in source.unicodeScalars {
            let isReturn = scalar == "\r"
            if !(isAfterReturn && scalar == "\n") { points.append(isReturn ? 10 : scalar.value) }
            isAfterReturn = isReturn
        }
        if points.last == 10 { points.removeLast() }
        self.source = points
    }

    // MARK: Outside of tags

    private mutating func readTemplate() throws(TemplateError) {
        while position < source.count {
            let start = position
            guard let tag = nextTag(from: start) else {
                addData(source[start...])
                position = source.count
                return
            }
            position = tag + 2
            let kind = source[tag + 1]
            if kind == Lexer.code("%"), let sign = readRawBegin() {
                addData(before: tag, from: start, sign: sign, isVariable: false)
                try readRaw()
                continue
            }
            let sign = readSign()
            addData(before: tag, from: start, sign: sign, isVariable: kind == Lexer.code("{"))
            isAtLineStart = false
            switch kind {
            case Lexer.code("#"): try readComment()
            case Lexer.code("%"): try readTag(begin: .blockBegin, end: .blockEnd)
            default: try readTag(begin: .variableBegin, end: .variableEnd)
            }
        }
    }

    /// The place of the next `{{`, `{%` or `{#`.
    private func nextTag(from start: Int) -> Int? {
        guard start < source.count - 1 else { return nil }
        return (start..<source.count - 1).first { index in
            guard source[index] == Lexer.code("{") else { return false }
            let next = source[index + 1]
            return next == Lexer.code("{") || next == Lexer.code("%") || next == Lexer.code("#")
        }
    }

    private mutating func readSign() -> UInt32? {
        guard let next = peek(), next == Lexer.code("-") || next == Lexer.code("+") else { return nil }
        position += 1
        return next
    }

    /// Adds the text before a tag, stripped as the tag's sign and the line ask for.
    private mutating func addData(before tag: Int, from start: Int, sign: UInt32?, isVariable: Bool) {
        var text = source[start..<tag]
        if sign == Lexer.code("-") {
            text = text.prefix((text.lastIndex { !PythonCharacter.isSpace($0) } ?? start - 1) + 1 - start)
        } else if sign == nil, !isVariable {
            let newline = text.lastIndex(of: 10)
            let lineStart = newline.map { $0 + 1 } ?? start
            let isOnlySpace = text[lineStart...].allSatisfy(PythonCharacter.isSpace)
            if newline != nil || isAtLineStart, isOnlySpace { text = text[..<lineStart] }
        }
        addData(text)
        line += source[start..<tag].count { $0 == 10 } - text.count { $0 == 10 }
    }

    private mutating func addData(_ text: ArraySlice<UInt32>) {
        if !text.isEmpty { add(.data(Text(text))) }
        line += text.count { $0 == 10 }
    }

    private mutating func add(_ kind: Token.Kind) { tokens.append(Token(line: line, kind: kind)) }

    // MARK: Ends of tags

    /// Steps over a tag's end, `-` and `+` before it and the white space that goes with it; false if none is here.
    private mutating func readEnd(_ end: String, allowsPlus: Bool, trimsNewline: Bool) -> Bool {
        let start = position
        if has("-" + end) {
            position += 3
            while let point = peek(), PythonCharacter.isSpace(point) { position += 1 }
        } else if allowsPlus, has("+" + end) {
            position += 3
        } else if has(end) {
            position += 2
            if trimsNewline, peek() == 10 { position += 1 }
        } else {
            return false
        }
        line += source[start..<position].count { $0 == 10 }
        isAtLineStart = source[position - 1] == 10
        return true
    }

    private mutating func readComment() throws(TemplateError) {
        let start = line
        guard position < source.count else { return }
        while position < source.count {
            if readEnd("#}", allowsPlus: true, trimsNewline: true) { return }
            if source[position] == 10 { line += 1 }
            position += 1
        }
        throw .syntax(line: start, message: "Missing end of comment tag")
    }

    /// Steps over the rest of `{% raw %}`; nil, with nothing read, if it is another tag.
    private mutating func readRawBegin() -> UInt32?? {
        let start = position
        let sign = readSign()
        skipSpace()
        guard has("raw") else { return giveUp(start) }
        position += 3
        skipSpace()
        guard readEnd("%}", allowsPlus: false, trimsNewline: false) else { return giveUp(start) }
        return .some(sign)
    }

    private mutating func giveUp(_ start: Int) -> UInt32?? {
        position = start
        return nil
    }

    private mutating func readRaw() throws(TemplateError) {
        let start = position
        let startLine = line
        guard start < source.count else { return }
        while let tag = (position..<source.count).first(where: { source[$0] == Lexer.code("{") }) {
            position = tag
            guard has("{%") else {
                position += 1
                continue
            }
            position += 2
            let sign = readSign()
            skipSpace()
            let isEnd = has("endraw")
            position += isEnd ? 6 : 0
            skipSpace()
            let here = (line, isAtLineStart)
            if isEnd, readEnd("%}", allowsPlus: true, trimsNewline: true) {
                let wasAtLineStart = isAtLineStart
                isAtLineStart = here.1
                addData(before: tag, from: start, sign: sign, isVariable: false)
                isAtLineStart = wasAtLineStart
                return
            }
            position = tag + 2
        }
        throw .syntax(line: startLine, message: "Missing end of raw directive")
    }

    // MARK: Inside of tags

    private mutating func readTag(begin: Token.Kind, end: Token.Kind) throws(TemplateError) {
        add(begin)
        let isBlock = begin == .blockBegin
        var brackets: [UInt32] = []
        while position < source.count {
            let endLine = line
            if brackets.isEmpty, readEnd(isBlock ? "%}" : "}}", allowsPlus: isBlock, trimsNewline: isBlock) {
                tokens.append(Token(line: endLine, kind: end))
                return
            }
            let point = source[position]
            if PythonCharacter.isSpace(point) {
                if point == 10 { line += 1 }
                position += 1
            } else if PythonCharacter.isASCIIDigit(point) {
                try readNumber()
            } else if PythonCharacter.isWord(point) {
                try readName()
            } else if point == Lexer.code("'") || point == Lexer.code("\"") {
                try readString(quote: point)
            } else {
                try readSymbol(&brackets)
            }
        }
    }

    private mutating func readName() throws(TemplateError) {
        let start = position
        while let point = peek(), PythonCharacter.isWord(point) { position += 1 }
        let isIdentifier =
            PythonCharacter.isIdentifierStart(source[start])
            && source[start..<position].allSatisfy(PythonCharacter.isIdentifierPart)
        guard isIdentifier else { throw .syntax(line: line, message: "Invalid character in identifier") }
        add(.name(Text(source[start..<position]).string))
    }

    private static let symbols = [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";",
    ]

    private mutating func readSymbol(_ brackets: inout [UInt32]) throws(TemplateError) {
        guard let symbol = Lexer.symbols.first(where: has) else {
            let character = PythonText.quoted(Text([source[position]][...]).string)
            throw .syntax(line: line, message: "unexpected char \(character) at \(position)")
        }
        switch symbol {
        case "(": brackets.append(Lexer.code(")"))
        case "[": brackets.append(Lexer.code("]"))
        case "{": brackets.append(Lexer.code("}"))
        case ")", "]", "}":
            guard let expected = brackets.popLast() else {
                throw .syntax(line: line, message: "unexpected '\(symbol)'")
            }
            guard expected == source[position] else {
                let bracket = Text([expected][...]).string
                throw .syntax(line: line, message: "unexpected '\(symbol)', expected '\(bracket)'")
            }
        default: break
        }
        add(.symbol(symbol))
        position += symbol.utf8.count
    }

    // MARK: Numbers

    private mutating func readNumber() throws(TemplateError) {
        let start = position
        let followsDot = start > 0 && source[start - 1] == Lexer.code(".")
        if !followsDot, let end = floatEnd() {
            position = end
            let digits = source[start..<end].filter { $0 != 95 }
            guard let value = Double(Text(symbols: digits).string) else {
                throw .syntax(line: line, message: "invalid number")
            }
            return add(.float(value))
        }
        let (radix, prefix) = radixAndPrefix()
        position += prefix
        let digitsStart = position
        position = digitRun(from: position, radix: radix, isZeroOnly: prefix == 0 && source[start] == 48)
        let digits = Text(symbols: source[digitsStart..<position].filter { $0 != 95 }).string
        guard let value = Int(digits, radix: radix) else {
            throw .unsupported(line: line, what: "an integer beyond 64 bits")
        }
        add(.integer(value))
    }

    /// Where a float that starts here ends; nil if it has neither a fraction nor an exponent.
    private func floatEnd() -> Int? {
        var index = digitRun(from: position, radix: 10)
        var isFloat = false
        if index + 1 < source.count, source[index] == Lexer.code("."), PythonCharacter.isASCIIDigit(source[index + 1]) {
            index = digitRun(from: index + 1, radix: 10)
            isFloat = true
        }
        guard index < source.count, source[index] | 32 == Lexer.code("e") else { return isFloat ? index : nil }
        var exponent = index + 1
        if exponent < source.count, source[exponent] == Lexer.code("+") || source[exponent] == Lexer.code("-") {
            exponent += 1
        }
        guard exponent < source.count, PythonCharacter.isASCIIDigit(source[exponent]) else {
            return isFloat ? index : nil
        }
        return digitRun(from: exponent, radix: 10)
    }

    /// Where digits, with single underscores between them, end.
    private func digitRun(from start: Int, radix: Int, isZeroOnly: Bool = false) -> Int {
        var index = start
        func isDigit(_ index: Int) -> Bool {
            guard index < source.count, let scalar = Unicode.Scalar(source[index]) else { return false }
            guard let value = Character(scalar).hexDigitValue, scalar.isASCII else { return false }
            return isZeroOnly ? value == 0 : value < radix
        }
        while isDigit(index) || (index > start && index < source.count && source[index] == 95 && isDigit(index + 1)) {
            index += 1
        }
        return index
    }

    private func radixAndPrefix() -> (radix: Int, prefix: Int) {
        guard source[position] == 48, position + 1 < source.count else { return (10, 0) }
        let radix: Int
        switch source[position + 1] | 32 {
        case Lexer.code("b"): radix = 2
        case Lexer.code("o"): radix = 8
        case Lexer.code("x"): radix = 16
        default: return (10, 0)
        }
        var start = position + 2
        if start < source.count, source[start] == 95 { start += 1 }
        return digitRun(from: start, radix: radix) > start ? (radix, start - position) : (10, 0)
    }

    // MARK: Strings

    private mutating func readString(quote: UInt32) throws(TemplateError) {
        let startLine = line
        let start = position
        position += 1
        while let point = peek(), point != quote {
            position += point == Lexer.code("\\") ? 2 : 1
        }
        guard position < source.count else {
            throw .syntax(line: startLine, message: "unexpected char '\(Text([quote][...]).string)' at \(start)")
        }
        var unescaper = StringUnescaper(source[start + 1..<position])
        do throws(TemplateError) {
            tokens.append(Token(line: startLine, kind: .string(try unescaper.unescaped())))
        } catch {
            throw error.at(line: startLine)
        }
        line += source[start..<position].count { $0 == 10 }
        position += 1
    }

    // MARK: Characters

    private static func code(_ character: Unicode.Scalar) -> UInt32 { character.value }

    private func peek() -> UInt32? { position < source.count ? source[position] : nil }

    private func has(_ string: String) -> Bool {
        var index = position
        for scalar in string.unicodeScalars {
            guard index < source.count, source[index] == scalar.value else { return false }
            index += 1
        }
        return true
    }

    private mutating func skipSpace() {
        while let point = peek(), PythonCharacter.isSpace(point) { position += 1 }
    }
}
