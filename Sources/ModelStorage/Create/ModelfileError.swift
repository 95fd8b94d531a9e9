/// Why a text is not a Modelfile, with the line where that showed.
package enum ModelfileError: Error, Equatable, Sendable {
    case invalidCommand(line: Int, found: String)
    case invalidRole(line: Int, found: String)
    case missingValue(line: Int, directive: String)
    case unclosedQuotes(line: Int, directive: String)
    case noFrom
}

extension ModelfileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidCommand(let line, let found):
            "(line \(line)): command must be one of \(Self.list(Modelfile.Directive.names)), found \(quoted(found))"
        case .invalidRole(let line, let found):
            "(line \(line)): message role must be one of \(Self.list(Modelfile.roles)), found \(quoted(found))"
        case .missingValue(let line, let directive): "(line \(line)): \(directive.uppercased()) needs a value"
        case .unclosedQuotes(let line, let directive):
            "unexpected EOF: the value of \(directive.uppercased()) (line \(line)) has no closing quotes"
        case .noFrom: "no FROM line"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.dropLast().map { "\"\($0)\", " }.joined() + "or \"\(names.last ?? "")\""
    }
}
