/// Where in a text something is: lines and columns count from 1, columns in scalars.
package struct TextPosition: Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}

/// Why a grammar, a schema or a regular expression cannot constrain a generation.
package enum GrammarError: Error, Equatable, CustomStringConvertible {
    /// The grammar's text says something else than its notation has at this place.
    case unexpected(at: TextPosition, expected: String, found: String)
    /// A rule is used that is nowhere defined.
    case unknownRule(name: String, at: TextPosition)
    /// A rule is defined a second time.
    case duplicateRule(name: String, at: TextPosition)
    /// There is no rule to begin with.
    case missingRoot(name: String)
    /// A rule begins with itself, by way of these others: reading it would never end.
    case leftRecursion(rules: [String])
    /// No text satisfies the grammar.
    case matchesNothing
    /// Something is larger than any sensible grammar has it.
    case tooLarge(what: String, limit: Int)
    /// A construct of regular expressions that constraints do not have.
    case unsupportedRegex(construct: String, position: Int)
    /// A regular expression is malformed.
    case malformedRegex(position: Int, expected: String, found: String)
    /// A keyword of JSON Schema that cannot be kept; the path is a JSON pointer to it.
    case unsupportedKeyword(path: String, keyword: String, reason: String)
    /// A schema is malformed.
    case malformedSchema(path: String, expected: String, found: String)

    package var description: String {
        switch self {
        case .unexpected(let position, let expected, let found):
            "grammar, \(position): expected \(expected), found \(found)"
        case .unknownRule(let name, let position): "grammar, \(position): rule \"\(name)\" is not defined"
        case .duplicateRule(let name, let position): "grammar, \(position): rule \"\(name)\" is already defined"
        case .missingRoot(let name): "grammar: expected a rule \"\(name)\", found none"
        case .leftRecursion(let rules):
            "grammar: rule \"\(rules.first ?? "")\" begins with itself (\(rules.joined(separator: " → ")))"
        case .matchesNothing: "grammar: no text satisfies it"
        case .tooLarge(let what, let limit): "grammar: expected at most \(limit) \(what), found more"
        case .unsupportedRegex(let construct, let position):
            "regular expression, character \(position): \(construct) is not supported"
        case .malformedRegex(let position, let expected, let found):
            "regular expression, character \(position): expected \(expected), found \(found)"
        case .unsupportedKeyword(let path, let keyword, let reason):
            "JSON schema, \(path): keyword \"\(keyword)\" is not supported: \(reason)"
        case .malformedSchema(let path, let expected, let found):
            "JSON schema, \(path): expected \(expected), found \(found)"
        }
    }
}
