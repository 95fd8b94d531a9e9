/// The methods of Python's `str`.
extension Methods {
    private typealias Error = TemplateError
    private typealias Body = @Sendable (Interpreter, Text, Bound) throws(TemplateError) -> Value

    static let text: [String: Method] = cases.merging(searches) { $1 }.merging(cuts) { $1 }
        .merging(paddings) { $1 }.merging(questions) { $1 }

    /// A method of text; working through the text is counted.
    private static func method(_ names: String..., required: Int? = nil, body: @escaping Body) -> Method {
        Method(signature: signature(names, required)) { interpreter, value, arguments throws(Error) in
            guard case .string(let text) = value else { return .none }
            try interpreter.charge(symbols: text.count)
            return try body(interpreter, text, arguments)
        }
    }

    private static func signature(_ names: [String], _ required: Int?) -> Signature {
        switch names.count {
        case 0: Signature()
        case 1: Signature(names[0], required: required)
        case 2: Signature(names[0], names[1], required: required)
        default: Signature(names[0], names[1], names[2], required: required)
        }
    }

    // MARK: Case

    private static func mapping(_ map: @escaping @Sendable (Text) -> Text) -> Method {
        method { _, text, _ in .string(map(text)) }
    }

    private static let cases: [String: Method] = [
        "upper": mapping { $0.uppercased() }, "lower": mapping { $0.lowercased() },
        "title": mapping { $0.titlecased() }, "capitalize": mapping { $0.capitalized() },
        "swapcase": mapping { $0.swappedCase() }, "casefold": mapping { $0.casefolded() },
    ]

    // MARK: Searching

    /// A search for a part between two places; `nil` where it is not found.
    private static func search(_ find: @escaping @Sendable (Text, Text, Range<Int>) -> Int?, failure: String?) -> Method
    {
        method("", "", "", required: 1) { _, text, a throws(Error) in
            let part = try a.text(0)
            guard let range = try bounds(a, text) else { return try missing(failure) }
            guard let place = find(text, part, range) else { return try missing(failure) }
            return .integer(place)
        }
    }

    private static func missing(_ failure: String?) throws(TemplateError) -> Value {
        if let failure { throw .invalid(failure) }
        return .integer(-1)
    }

    /// The places that the second and third argument mean; nil if the first of them lies behind the text.
    private static func bounds(_ a: Bound, _ text: Text) throws(TemplateError) -> Range<Int>? {
        let start = try a.optional(1)?.asInteger() ?? 0
        let end = try a.optional(2)?.asInteger() ?? .max
        guard start <= text.count else { return nil }
        return places(start, end, count: text.count)
    }

    /// Whether one of the given parts, a text or a tuple of them, lies where `matches` looks.
    private static func edge(_ matches: @escaping @Sendable (Text, Text) -> Bool) -> Method {
        method("", "", "", required: 1) { i, text, a throws(Error) in
            var parts = [a.value(0)]
            if case .tuple(let items) = parts[0] { parts = items.values }
            let range = try bounds(a, text)
            for part in parts {
                guard case .string(let part) = part else {
                    throw .invalid("first arg must be str or a tuple of str, not \(part.typeName)")
                }
                try i.charge(symbols: part.count)
                if let range, matches(text[range], part) { return .boolean(true) }
            }
            return .boolean(false)
        }
    }

    private static func first(_ text: Text, _ part: Text, _ range: Range<Int>) -> Int? {
        text.firstIndex(of: part, from: range.lowerBound, to: range.upperBound)
    }

    private static func last(_ text: Text, _ part: Text, _ range: Range<Int>) -> Int? {
        text.lastIndex(of: part, from: range.lowerBound, to: range.upperBound)
    }

    private static let searches: [String: Method] = [
        "find": search(first, failure: nil), "rfind": search(last, failure: nil),
        "index": search(first, failure: "substring not found"), "rindex": search(last, failure: "substring not found"),
        "startswith": edge { $0.hasPrefix($1) }, "endswith": edge { $0.hasSuffix($1) },
        "count": method("", "", "", required: 1) { _, text, a throws(Error) in
            let part = try a.text(0)
            guard let range = try bounds(a, text) else { return .integer(0) }
            return .integer(part.isEmpty ? range.count + 1 : text[range].places(of: part).count)
        },
    ]

    // MARK: Cutting and joining

    private static func trimming(_ trim: @escaping @Sendable (Text, Text?) -> Text) -> Method {
        method("", required: 0) { _, text, a throws(Error) in .string(trim(text, try a.optionalText(0))) }
    }

    /// `split` and `rsplit`.
    private static func splitting(
        words: @escaping @Sendable (Text, Int) -> [Text], parts: @escaping @Sendable (Text, Text, Int) -> [Text]
    ) -> Method {
        method("sep", "maxsplit", required: 0) { i, text, a throws(Error) in
            let count = try a.integer(1, default: -1)
            let limit = count < 0 ? Int.max : count
            guard let separator = try a.optionalText(0) else { return try list(words(text, limit), like: text, i) }
            guard !separator.isEmpty else { throw .invalid("empty separator") }
            return try list(parts(text, separator, limit), like: text, i)
        }
    }

    private static func list(_ parts: [Text], like text: Text, _ i: Interpreter) throws(TemplateError) -> Value {
        try i.list(parts.map { .string(Text(symbols: $0.symbols, isMarkup: text.isMarkup)) })
    }

    /// `partition` and `rpartition`.
    private static func partitioning(_ find: @escaping @Sendable (Text, Text) -> Int?, isFromEnd: Bool) -> Method {
        method("") { i, text, a throws(Error) in
            let separator = try a.text(0)
            guard !separator.isEmpty else { throw .invalid("empty separator") }
            var parts = isFromEnd ? [Text(), Text(), text] : [text, Text(), Text()]
            if let place = find(text, separator) {
                let end = place + separator.count
                parts = [text[0..<place], text[place..<end], text[end..<text.count]]
            }
            return try i.tuple(parts.map { .string(Text(symbols: $0.symbols, isMarkup: text.isMarkup)) })
        }
    }

    private static let cuts: [String: Method] = [
        "strip": trimming { $0.trimmed($1) },
        "lstrip": trimming { $0.trimmedStart($1) },
        "rstrip": trimming { $0.trimmedEnd($1) },
        "split": splitting(words: { $0.words(limit: $1) }, parts: { $0.split(by: $1, limit: $2) }),
        "rsplit": splitting(words: { $0.wordsFromEnd(limit: $1) }, parts: { $0.splitFromEnd(by: $1, limit: $2) }),
        "partition": partitioning({ $0.firstIndex(of: $1) }, isFromEnd: false),
        "rpartition": partitioning({ $0.lastIndex(of: $1) }, isFromEnd: true),
        "splitlines": method("keepends", required: 0) { i, text, a throws(Error) in
            try list(text.lines(keepingEnds: a.flag(0)), like: text, i)
        },
        "removeprefix": method("") { _, text, a throws(Error) in
            let prefix = try a.text(0)
            return .string(text.hasPrefix(prefix) ? text[prefix.count..<text.count] : text)
        },
        "removesuffix": method("") { _, text, a throws(Error) in
            let suffix = try a.text(0)
            return .string(!suffix.isEmpty && text.hasSuffix(suffix) ? text[0..<text.count - suffix.count] : text)
        },
        "replace": method("", "", "", required: 2) { i, text, a throws(Error) in
            let (old, new) = (try a.text(0), try a.text(1))
            let replacement = text.isMarkup ? new.escaped() : new
            return .string(try i.replaced(text, old, replacement, try a.integer(2, default: -1)))
        },
        "join": method("") { i, text, a throws(Error) in
            var parts: [Text] = []
            for part in try i.elements(a.value(0)) {
                guard case .string(let part) = part else {
                    throw .invalid("sequence item \(parts.count): expected str instance, \(part.typeName) found")
                }
                parts.append(text.isMarkup ? part.escaped() : part)
            }
            return .string(try i.joined(parts, by: text))
        },
    ]

    // MARK: Padding and formatting

    /// A method that pads to a width with a character.
    private static func padding(_ pad: @escaping @Sendable (Text, Int, Text.Symbol) -> Text) -> Method {
        method("", "", required: 1) { i, text, a throws(Error) in
            let width = try a.integer(0, default: 0)
            let fill = a[1] == nil ? " " : try a.text(1)
            guard fill.count == 1 else { throw .invalid("The fill character must be exactly one character long") }
            try i.charge(symbols: max(width, 0))
            return .string(width <= text.count ? text : pad(text, width, fill.symbols[0]))
        }
    }

    private static let paddings: [String: Method] = [
        "ljust": padding { $0.padded(left: 0, right: $1 - $0.count, with: $2) },
        "rjust": padding { $0.padded(left: $1 - $0.count, right: 0, with: $2) },
        "center": padding { $0.centered($1, with: $2) },
        "zfill": method("") { i, text, a throws(Error) in
            let width = try a.integer(0, default: 0)
            try i.charge(symbols: max(width, 0))
            let hasSign = text.symbols.first.map { [43, 45].contains($0 & Text.codePointMask) } ?? false
            let sign = text[0..<(hasSign ? 1 : 0)]
            let digits = text[sign.count..<text.count]
            let padded = digits.padded(left: width - text.count, right: 0, with: 48)
            return .string(Text(symbols: sign.symbols + padded.symbols, isMarkup: text.isMarkup))
        },
        "expandtabs": method("tabsize", required: 0) { i, text, a throws(Error) in
            .string(try i.expandedTabs(text, try a.integer(0, default: 8)))
        },
        "format": Method(signature: Signature(takesMore: true)) { i, value, a throws(Error) in
            var names: [Text: Value] = [:]
            for (name, value) in a.keywords { names[Text(name)] = value }
            var method = FormatMethod(i, positional: a.extra) { names[$0] }
            return .string(try method.format(try value.asText()))
        },
        "format_map": Method(signature: Signature("")) { i, value, a throws(Error) in
            guard case .dictionary(let mapping) = a.value(0) else { throw .invalid("format_map wants a mapping") }
            var method = FormatMethod(i, positional: []) { mapping[$0] }
            return .string(try method.format(try value.asText()))
        },
    ]

    // MARK: Questions

    /// Whether a text has characters and all fulfil a condition.
    private static func all(_ condition: @escaping @Sendable (UInt32) -> Bool) -> Method {
        method { _, text, _ in .boolean(!text.isEmpty && text.allSatisfy(condition)) }
    }

    private static func question(_ ask: @escaping @Sendable (Text) -> Bool) -> Method {
        method { _, text, _ in .boolean(ask(text)) }
    }

    private static let questions: [String: Method] = [
        "isalpha": all(PythonCharacter.isAlphabetic), "isdigit": all(PythonCharacter.isDigit),
        "isdecimal": all(PythonCharacter.isDecimal), "isnumeric": all(PythonCharacter.isNumeric),
        "isalnum": all(PythonCharacter.isAlphanumeric), "isspace": all(PythonCharacter.isSpace),
        "isascii": question { $0.allSatisfy { $0 < 128 } },
        "isprintable": question { $0.allSatisfy(PythonCharacter.isPrintable) },
        "isupper": question { $0.hasOnlyCase(PythonCharacter.isUppercase, not: PythonCharacter.isLowercase) },
        "islower": question { $0.hasOnlyCase(PythonCharacter.isLowercase, not: PythonCharacter.isUppercase) },
        "istitle": question(\.isTitlecased),
        "isidentifier": question { text in
            guard let first = text.symbols.first else { return false }
            return PythonCharacter.isIdentifierStart(first & Text.codePointMask)
                && text.allSatisfy(PythonCharacter.isIdentifierPart)
        },
    ]
}

extension Interpreter {
    /// `replace` with the length of its result checked before it is made.
    func replaced(_ text: Text, _ old: Text, _ new: Text, _ count: Int) throws(TemplateError) -> Text {
        let limit = count < 0 ? Int.max : count
        try charge(symbols: text.count + old.count)
        let matches = old.isEmpty ? min(text.count + 1, limit) : text.places(of: old, limit: limit).count
        let (growth, overflow) = matches.multipliedReportingOverflow(by: new.count)
        try charge(symbols: overflow ? .max : text.count.addingReportingOverflow(growth).partialValue)
        var result = text.replacing(old, with: new, limit: limit)
        result.isMarkup = text.isMarkup
        return result
    }

    /// `join` with the length of its result checked before it is made.
    func joined(_ parts: [Text], by separator: Text) throws(TemplateError) -> Text {
        var length = 0
        for part in parts {
            length += part.count + separator.count
            if length > limits.textLength { break }
        }
        try charge(symbols: length)
        var result = separator.joined(parts)
        result.isMarkup = separator.isMarkup
        return result
    }

    fileprivate func expandedTabs(_ text: Text, _ size: Int) throws(TemplateError) -> Text {
        var result = Text(isMarkup: text.isMarkup)
        var column = 0
        for symbol in text.symbols {
            let point = symbol & Text.codePointMask
            guard point == 9 else {
                result.symbols.append(symbol)
                column = point == 10 || point == 13 ? 0 : column + 1
                continue
            }
            guard size > 0 else { continue }
            let width = size - column % size
            try charge(symbols: width)
            result.symbols.append(contentsOf: repeatElement(32, count: width))
            column += width
            try checkLength(result)
        }
        return result
    }
}
