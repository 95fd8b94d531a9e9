/// Text made safe for where it will stand. Every character keeps its origin, and escapes have that of theirs.
enum GoEscapes {
    /// The most characters that an escape has.
    static let growth = 12

    /// `html`
    static func html(_ text: Text) -> Text {
        replaced(text) { point in
            switch point {
            case 34: "&#34;"
            case 39: "&#39;"
            case 38: "&amp;"
            case 60: "&lt;"
            case 62: "&gt;"
            case 0: "\u{FFFD}"
            default: nil
            }
        }
    }

    /// `js`
    static func javaScript(_ text: Text) -> Text {
        replaced(text) { point in
            switch point {
            case 92: "\\\\"
            case 39: "\\'"
            case 34: "\\\""
            case 60, 62, 38, 61: "\\u" + PythonText.hexadecimal(point, width: 4).uppercased()
            case 0..<32: "\\u" + PythonText.hexadecimal(point, width: 4).uppercased()
            case 127...: isPrintable(point) ? nil : "\\u" + PythonText.hexadecimal(point, width: 4).uppercased()
            default: nil
            }
        }
    }

    /// `urlquery`
    static func query(_ text: Text) -> Text {
        replaced(text) { point in
            switch point {
            case 48...57, 65...90, 97...122, 45, 95, 46, 126: nil
            case 32: "+"
            default:
                String(Unicode.Scalar(point) ?? "\u{FFFD}").utf8
                    .map { "%" + PythonText.hexadecimal(UInt32($0), width: 2).uppercased() }.joined()
            }
        }
    }

    /// `%q`: in quotes as Go source has it.
    static func quoted(_ text: Text) -> Text { between("\"", text) { escape($0, quote: 34) } }

    /// A character in single quotes.
    static func quotedCharacter(_ scalar: Unicode.Scalar) -> Text {
        between("'", Text(String(scalar))) { escape($0, quote: 39) }
    }

    private static func between(_ quote: Text, _ text: Text, _ escape: (UInt32) -> String?) -> Text {
        quote.joined([Text(), replaced(text, escape), Text()])
    }

    private static func escape(_ point: UInt32, quote: UInt32) -> String? {
        if let letter = letters[point] { return "\\" + letter }
        switch point {
        case quote: return "\\" + String(Unicode.Scalar(UInt8(quote)))
        case 0..<32, 127: return "\\x" + PythonText.hexadecimal(point, width: 2)
        case _ where isPrintable(point): return nil
        default:
            return point < 0x10000
                ? "\\u" + PythonText.hexadecimal(point, width: 4) : "\\U" + PythonText.hexadecimal(point, width: 8)
        }
    }

    private static let letters: [UInt32: String] = [
        7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 92: "\\",
    ]

    /// Letters, marks, numbers, punctuation, symbols, and the plain space.
    private static func isPrintable(_ point: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(point) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return false
        case .spaceSeparator: return point == 32
        default: return true
        }
    }

    private static func replaced(_ text: Text, _ replacement: (UInt32) -> String?) -> Text {
        var result = Text()
        result.symbols.reserveCapacity(text.count)
        for symbol in text.symbols {
            guard let text = replacement(symbol & Text.codePointMask) else {
                result.symbols.append(symbol)
                continue
            }
            result.symbols.append(contentsOf: text.unicodeScalars.map { $0.value | symbol & Text.userBit })
        }
        return result
    }
}
