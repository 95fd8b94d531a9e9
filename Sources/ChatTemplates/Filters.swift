/// What `|` can apply, by name. Each is one row here or in the file of its family.
enum Filters {
    static let table: [String: Filter] = text.merging(numbers) { $1 }.merging(sequences) { $1 }
        .merging(selections) { $1 }.merging(markup) { $1 }

    /// A filter of a value and named parameters.
    static func filter(_ signature: Signature, body: @escaping Filter.Body) -> Filter {
        Filter(signature: signature, apply: body)
    }

    /// A filter that makes text of text, whatever it is given; working through the text is counted.
    private static func mapping(_ map: @escaping @Sendable (Text) -> Text) -> Filter {
        filter(Signature("s")) { i, a throws(TemplateError) in
            let text = try i.softString(a.value(0))
            try i.charge(symbols: text.count)
            return .string(map(text))
        }
    }

    // MARK: Text

    private static let text: [String: Filter] = [
        "upper": mapping { $0.uppercased() }, "lower": mapping { $0.lowercased() },
        "capitalize": mapping { $0.capitalized() }, "title": mapping(jinjaTitle), "string": mapping { $0 },
        "trim": filter(Signature("value", "chars", required: 1)) { i, a throws(TemplateError) in
            .string(try i.softString(a.value(0)).trimmed(try a.optionalText(1)))
        },
        "replace": filter(Signature("s", "old", "new", "count", required: 3)) { i, a throws(TemplateError) in
            let count = try a.optional(3)?.asInteger() ?? -1
            return .string(
                try i.replaced(
                    try i.string(a.value(0)), try i.string(a.value(1)), try i.string(a.value(2)), count))
        },
        "center": filter(Signature("value", "width", required: 1)) { i, a throws(TemplateError) in
            let width = try a.integer(1, default: 80)
            try i.charge(symbols: max(width, 0))
            return .string(try i.softString(a.value(0)).centered(width))
        },
        "indent": filter(Signature("s", "width", "first", "blank", required: 1)) { i, a throws(TemplateError) in
            try i.indented(a)
        },
        "format": filter(Signature("value", takesMore: true)) { i, a throws(TemplateError) in
            let format = try i.softString(a.value(0))
            guard a.extra.isEmpty || a.keywords.isEmpty else {
                throw .invalid("can't handle positional and keyword arguments at the same time")
            }
            if a.keywords.isEmpty { return .string(try i.percentFormat(format, try i.tuple(a.extra))) }
            let pairs = a.keywords.map { (Value.text($0.name), $0.value) }
            return .string(try i.percentFormat(format, .dictionary(try Mapping(pairs))))
        },
        "truncate": filter(Signature("s", "length", "killwords", "end", "leeway", required: 1)) {
            i, a throws(TemplateError) in try i.truncated(a)
        },
        "wordcount": filter(Signature("s")) { i, a throws(TemplateError) in
            let text = try i.softString(a.value(0))
            try i.charge(symbols: text.count)
            var count = 0
            var isInside = false
            for index in text.symbols.indices {
                let point = text.codePoint(index)
                let isWord = PythonCharacter.isAlphanumeric(point) || point == 95
                if isWord, !isInside { count += 1 }
                isInside = isWord
            }
            return .integer(count)
        },
        "wordwrap": filter(
            Signature("s", "width", "break_long_words", "wrapstring", "break_on_hyphens", required: 1)
        ) { i, a throws(TemplateError) in try i.wordWrapped(a) },
        "tojson": filter(
            Signature("x", "ensure_ascii", "indent", "separators", "sort_keys", required: 1)
        ) { i, a throws(TemplateError) in
            var json = try JSONText(i, a)
            return .string(try json.text(a.value(0)))
        },
        "pprint": filter(Signature("value")) { i, _ throws(TemplateError) in
            throw .unsupported(line: i.line, what: "pprint, which is for debugging,")
        },
    ]

    /// Jinja's own title case: words begin after white space, `-` and opening brackets only.
    private static func jinjaTitle(_ text: Text) -> Text {
        var result = Text()
        var start = 0
        func isBreak(_ point: UInt32) -> Bool {
            PythonCharacter.isSpace(point) || [45, 40, 123, 91, 60].contains(point)
        }
        while start < text.count {
            let breaks = isBreak(text.codePoint(start))
            let end = (start..<text.count).first { isBreak(text.codePoint($0)) != breaks } ?? text.count
            result.append(text[start..<start + 1].uppercased())
            result.append(text[start + 1..<end].lowercased())
            start = end
        }
        return result
    }

    // MARK: Numbers

    private static let numbers: [String: Filter] = [
        "abs": filter(Signature("")) { i, a throws(TemplateError) in
            if case .float(let number) = a.value(0) { return .float(number.magnitude) }
            guard let integer = a.value(0).integer else {
                throw .invalid("bad operand type for abs(): '\(a.value(0).typeName)'")
            }
            return integer < 0 ? try i.negated(.integer(integer)) : .integer(integer)
        },
        "int": filter(Signature("value", "default", "base", required: 1)) { i, a throws(TemplateError) in
            try i.integer(a.value(0), base: try a.integer(2, default: 10)) ?? a[1] ?? .integer(0)
        },
        "float": filter(Signature("value", "default", required: 1)) { i, a throws(TemplateError) in
            try i.number(a.value(0)).map(Value.float) ?? a[1] ?? .float(0)
        },
        "round": filter(Signature("value", "precision", "method", required: 1)) { i, a throws(TemplateError) in
            try i.rounded(a)
        },
        "filesizeformat": filter(Signature("value", "binary", required: 1)) { i, a throws(TemplateError) in
            guard let bytes = try i.number(a.value(0)) else { throw .invalid("could not convert string to float") }
            return .text(try i.fileSize(bytes, isBinary: a.flag(1)))
        },
    ]

    // MARK: Markup

    private static func marking(_ map: @escaping @Sendable (Text) -> Text) -> Filter {
        filter(Signature("value")) { i, a throws(TemplateError) in
            let text = try i.softString(a.value(0))
            try i.charge(symbols: text.count)
            return .string(map(text))
        }
    }

    private static let markup: [String: Filter] = [
        "safe": marking { Text(symbols: $0.symbols, isMarkup: true) },
        "escape": marking { $0.escaped() }, "e": marking { $0.escaped() },
        "forceescape": marking { $0.plain.escaped() },
        "striptags": marking { $0.withoutTags() },
        "urlencode": filter(Signature("value")) { i, a throws(TemplateError) in
            .string(try i.urlEncoded(a.value(0)))
        },
        "xmlattr": filter(Signature("d", "autospace", required: 1)) { i, a throws(TemplateError) in
            try i.xmlAttributes(a.value(0), hasLeadingSpace: a[1]?.isTrue ?? true)
        },
        "urlize": filter(Signature("value", takesMore: true)) { i, _ throws(TemplateError) in
            throw .unsupported(line: i.line, what: "urlize, which makes links for web pages,")
        },
    ]
}
