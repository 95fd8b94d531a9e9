extension Grammar {
    /// The grammar in GBNF, its root first.
    package var gbnf: String {
        var text = "root ::= " + written(rules[root].body) + "\n"
        for (number, rule) in rules.enumerated() where number != root {
            text += "\(ruleName(number)) ::= \(written(rule.body))\n"
        }
        return text
    }

    /// A rule's name as GBNF allows it; a number keeps two rules apart that would be written alike.
    private func ruleName(_ number: Int) -> String {
        guard number != root else { return "root" }
        let name = rules[number].name
        let isPlain = !name.isEmpty && name != "root" && name.utf8.allSatisfy(Self.isNamePart)
        return isPlain
            ? name : String(decoding: name.utf8.map { Self.isNamePart($0) ? $0 : 45 }, as: UTF8.self) + "-\(number)"
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45: true
        default: false
        }
    }

    private func written(_ expression: Expression) -> String {
        switch expression {
        case .literal(let bytes): "\"" + Self.escaped(String(decoding: bytes, as: UTF8.self), "\"") + "\""
        case .set(let set): Self.written(set)
        case .sequence(let parts):
            parts.isEmpty
                ? "\"\"" : parts.map { isChoice($0) ? "(\(written($0)))" : written($0) }.joined(separator: " ")
        case .choice(let parts): parts.map(written).joined(separator: " | ")
        case .repetition(let part, let minimum, let maximum):
            (isSingle(part) ? written(part) : "(\(written(part)))") + Self.suffix(minimum, maximum)
        case .rule(let number): ruleName(number)
        }
    }

    private func isChoice(_ expression: Expression) -> Bool {
        if case .choice = expression { true } else { false }
    }

    private func isSingle(_ expression: Expression) -> Bool {
        switch expression {
        case .literal, .set, .rule: true
        default: false
        }
    }

    private static func suffix(_ minimum: Int, _ maximum: Int?) -> String {
        switch (minimum, maximum) {
        case (0, nil): "*"
        case (1, nil): "+"
        case (0, 1): "?"
        case (_, nil): "{\(minimum),}"
        case (_, minimum): "{\(minimum)}"
        case (_, let maximum?): "{\(minimum),\(maximum)}"
        }
    }

    private static func written(_ set: CodePointSet) -> String {
        if set == .all { return "." }
        // A set that leaves out little is shorter by what it leaves out.
        let isNegated = set.ranges.last?.upperBound == 0x10_FFFF
        let ranges = (isNegated ? set.complement : set).ranges
        let text = ranges.map { range in
            let lower = escaped(range.lowerBound)
            return range.count == 1 ? lower : lower + (range.count == 2 ? "" : "-") + escaped(range.upperBound)
        }
        return "[" + (isNegated ? "^" : "") + text.joined() + "]"
    }

    private static func escaped(_ value: UInt32) -> String {
        guard let scalar = Unicode.Scalar(value) else { return "" }
        if scalar == "^" { return "\\x5E" }
        return escaped(String(Character(scalar)), "[]-\"")
    }

    private static func escaped(_ text: String, _ special: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\\": result += "\\\\"
            case _ where special.unicodeScalars.contains(scalar): result += "\\" + String(Character(scalar))
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\x" + hexadecimal(scalar, 2)
            case _ where scalar.value > 0xFFFF: result += "\\U" + hexadecimal(scalar, 8)
            case _ where scalar.value > 0x7F: result += "\\u" + hexadecimal(scalar, 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar, _ digits: Int) -> String {
        let text = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }
}
