/// Reads Modelfiles: a directive a line, its name in any letter case, then its value to the end of the line or between
/// quotes, one or three, which may span lines. A `#` at the start of a line begins a comment.
///
/// *Source*: Ollama's Modelfile reference.
struct ModelfileParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1

    /// - Parameter bytes: UTF-8, or UTF-16 with a byte order mark.
    fileprivate init(_ bytes: [UInt8]) { scalars = Array(Self.text(bytes).unicodeScalars) }

    fileprivate mutating func directives() throws(ModelfileError) -> [Modelfile.Directive] {
        var directives: [Modelfile.Directive] = []
        while let scalar = peek {
            if scalar == "#" {
                while let scalar = peek, !Self.isNewline(scalar) { advance() }
            } else if Self.isSpace(scalar) || Self.isNewline(scalar) {
                advance()
            } else {
                directives.append(try directive())
            }
        }
        let hasSource = directives.contains { if case .from = $0 { true } else { false } }
        guard hasSource else { throw .noFrom }
        return directives
    }

    private mutating func directive() throws(ModelfileError) -> Modelfile.Directive {
        let start = line
        let word = word()
        let name = word.lowercased()
        switch name {
        case "parameter":
            let parameter = try argument(of: name, line: start)
            return .parameter(name: parameter, value: try value(of: name, line: start))
        case "message":
            let role = try argument(of: name, line: start)
            guard Modelfile.roles.contains(role) else { throw .invalidRole(line: start, found: role) }
            return .message(role: role, content: try value(of: name, line: start))
        default:
            guard let row = Modelfile.Directive.simple.first(where: { $0.name == name }) else {
                throw .invalidCommand(line: start, found: word)
            }
            let text = try value(of: name, line: start)
            guard name != "from" || !text.isEmpty else { throw .missingValue(line: start, directive: name) }
            return row.make(text)
        }
    }

    /// Everything up to white space.
    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = peek, !Self.isSpace(scalar), !Self.isNewline(scalar) {
            word.append(scalar)
            advance()
        }
        return String(word)
    }

    /// A word that stands between the directive and its value.
    private mutating func argument(of directive: String, line start: Int) throws(ModelfileError) -> String {
        skipSpace()
        let word = word()
        guard !word.isEmpty else { throw .missingValue(line: start, directive: directive) }
        return word
    }

    /// The value: the rest of the line, or up to the line end that follows the closing quotes.
    private mutating func value(of directive: String, line start: Int) throws(ModelfileError) -> String {
        guard let scalar = peek, Self.isSpace(scalar) else { throw .missingValue(line: start, directive: directive) }
        skipSpace()
        let quotes = leadingQuotes
        let first = index + quotes
        index = first
        // Where the text so far ends, white space aside. With quotes open, a line only ends the value behind quotes.
        var end = first
        while let scalar = peek {
            if Self.isNewline(scalar), isClosed(first..<end, quotes: quotes) { break }
            advance()
            if !scalar.properties.isWhitespace { end = index }
        }
        guard isClosed(first..<end, quotes: quotes) else {
            throw .unclosedQuotes(line: start, directive: directive)
        }
        return String(String.UnicodeScalarView(scalars[first..<end - quotes].filter(Self.isKept)))
    }

    private var leadingQuotes: Int {
        let quotes = scalars[index...].prefix(3).prefix { $0 == "\"" }.count
        return quotes == 2 ? 1 : quotes
    }

    /// Whether a range ends with that many quotes.
    private func isClosed(_ range: Range<Int>, quotes: Int) -> Bool {
        range.count >= quotes && scalars[range].suffix(quotes).allSatisfy { $0 == "\"" }
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func advance() {
        // Windows ends a line with two characters.
        let isSecondHalf = scalars[index] == "\n" && index > 0 && scalars[index - 1] == "\r"
        if Self.isNewline(scalars[index]), !isSecondHalf { line += 1 }
        index += 1
    }

    private mutating func skipSpace() {
        while let scalar = peek, Self.isSpace(scalar) { advance() }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    static func isNewline(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

    /// Control characters other than white space are left out of values.
    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        isSpace(scalar) || isNewline(scalar) || scalar.properties.generalCategory != .control
    }

    private static func text(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        let isBigEndian = bytes.starts(with: [0xFE, 0xFF])
        guard isBigEndian || bytes.starts(with: [0xFF, 0xFE]) else { return String(decoding: bytes, as: UTF8.self) }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units, as: UTF16.self)
    }
}

extension Modelfile {
    /// Reads a Modelfile.
    ///
    /// - Parameter bytes: UTF-8 with or without a byte order mark, or UTF-16 with one.
    /// - Throws: where the text breaks the rules; `noFrom` if nothing says what the model is made from.
    package init(parsing bytes: [UInt8]) throws(ModelfileError) {
        var parser = ModelfileParser(bytes)
        self.init(try parser.directives())
    }
}
