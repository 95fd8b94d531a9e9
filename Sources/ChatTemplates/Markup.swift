/// HTML, which Jinja was made for: `safe`, `escape` and their relatives.
extension Text {
    /// With the characters that HTML treats specially spelled out; markup is left as it is.
    func escaped() -> Text {
        if isMarkup { return self }
        var result = Text(isMarkup: true)
        for symbol in symbols {
            guard let entity = Text.entity(symbol & Text.codePointMask) else {
                result.symbols.append(symbol)
                continue
            }
            let origin = symbol & Text.userBit
            result.symbols.append(contentsOf: entity.unicodeScalars.map { $0.value | origin })
        }
        return result
    }

    private static func entity(_ point: UInt32) -> String? {
        switch point {
        case 38: "&amp;"
        case 60: "&lt;"
        case 62: "&gt;"
        case 34: "&#34;"
        case 39: "&#39;"
        default: nil
        }
    }

    /// Without tags and comments, white space collapsed, the commonest entities undone.
    func withoutTags() -> Text {
        var result = Text()
        var index = 0
        while let start = firstIndex(of: "<", from: index) {
            let isComment = symbols[start...].starts(with: Text("<!--").symbols)
            guard let end = firstIndex(of: isComment ? "-->" : ">", from: isComment ? start + 4 : start) else { break }
            result.symbols.append(contentsOf: symbols[index..<start])
            index = end + (isComment ? 3 : 1)
        }
        result.symbols.append(contentsOf: symbols[index...])
        return Text(" ").joined(result.words(limit: .max)).unescaped()
    }

    private static let entities: [(Text, Text)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&quot;", "\""), ("&nbsp;", "\u{A0}"),
        ("&amp;", "&"),
    ]

    private func unescaped() -> Text {
        guard contains("&") else { return self }
        var result = Text()
        var index = 0
        while index < count {
            if codePoint(index) == 38,
                let (entity, character) = Text.entities.first(where: { symbols[index...].starts(with: $0.0.symbols) })
            {
                result.symbols.append(character.symbols[0] | symbols[index] & Text.userBit)
                index += entity.count
            } else {
                result.symbols.append(symbols[index])
                index += 1
            }
        }
        return result
    }

    /// For a URL: every byte but letters, digits and `_.-~` as `%XX`; in a query, `/` too, and a space as `+`.
    func urlQuoted(isQuery: Bool) -> Text {
        var result = Text()
        for symbol in symbols {
            let origin = symbol & Text.userBit
            let point = symbol & Text.codePointMask
            if isQuery, point == 32 {
                result.symbols.append(43 | origin)
                continue
            }
            let isPlain = point < 128 && (PythonCharacter.isWord(point) || [45, 46, 126].contains(point))
            if isPlain || (point == 47 && !isQuery) {
                result.symbols.append(symbol)
                continue
            }
            for byte in String(Unicode.Scalar(point) ?? "\u{FFFD}").utf8 {
                let digits = PythonText.hexadecimal(UInt32(byte), width: 2).uppercased()
                result.symbols.append(contentsOf: ("%" + digits).unicodeScalars.map { $0.value | origin })
            }
        }
        return result
    }
}

extension Interpreter {
    func urlEncoded(_ value: Value) throws(TemplateError) -> Text {
        switch value {
        case .string, .none, .boolean, .integer, .float:
            let text = try string(value)
            try charge(symbols: text.count * 12)
            return text.urlQuoted(isQuery: false)
        default: break
        }
        var pairs = value
        if case .dictionary(let mapping) = value { pairs = .view(MappingView(mapping: mapping, kind: .items)) }
        var parts: [Text] = []
        for element in try elements(pairs) {
            let pair = try elements(element)
            guard pair.count == 2 else { throw .invalid("not enough values to unpack (expected 2)") }
            var part = try string(pair[0]).urlQuoted(isQuery: true)
            part.append("=")
            part.append(try string(pair[1]).urlQuoted(isQuery: true))
            parts.append(part)
            try charge(symbols: part.count)
        }
        return try joined(parts, by: "&")
    }

    func xmlAttributes(_ value: Value, hasLeadingSpace: Bool) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = value { throw undefined.error }
        guard case .dictionary(let mapping) = value else {
            throw .invalid("'\(value.typeName)' object has no attribute 'items'")
        }
        var parts: [Text] = []
        for (key, value) in mapping.pairs {
            if case .none = value { continue }
            if value.isUndefined { continue }
            let name = try key.asText()
            let isSafe = name.allSatisfy { !(9...13).contains($0) && ![32, 47, 62, 61].contains($0) }
            guard isSafe else {
                throw .invalid("Invalid character in attribute name: \(PythonText.quoted(name).string)")
            }
            var part = name.escaped().plain
            part.append("=\"")
            part.append(try softString(value).escaped())
            part.append("\"")
            parts.append(part)
        }
        var result = try joined(parts, by: " ")
        if hasLeadingSpace, !result.isEmpty { result = Text(symbols: [32] + result.symbols) }
        return .string(result)
    }
}
