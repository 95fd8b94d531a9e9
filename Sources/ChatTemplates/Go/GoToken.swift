/// A piece of a Go template.
struct GoToken: Equatable {
    enum Kind: Equatable {
        /// Text outside actions, trimmed as the delimiters around it ask.
        case text(String)
        case leftDelimiter, rightDelimiter
        case space
        /// `:=`
        case declare
        /// `=`
        case assign
        case comma, pipe, leftParenthesis, rightParenthesis
        case dot
        /// `.Name`, without the dot.
        case field(String)
        /// `$` or `$name`, with the dollar sign.
        case variable(String)
        case identifier(String)
        case keyword(GoKeyword)
        case boolean(Bool)
        case null
        case string(String)
        case number(GoNumber)
        case end
    }

    let kind: Kind
    let line: Int
}

enum GoKeyword: String, CaseIterable {
    case block, `break`, `continue`, define, `else`, end, `if`, range, template, with
}

/// A number in a template: floating-point only if it is spelled so.
enum GoNumber: Equatable {
    case integer(Int)
    case float(Double)
}
