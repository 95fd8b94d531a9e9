/// Why a chat template could not be read or rendered, and in which of its lines (0 where no line is to blame).
package enum TemplateError: Error, Equatable, Sendable {
    /// The template is not Jinja.
    case syntax(line: Int, message: String)
    /// Something that is not there was used.
    case undefined(line: Int, message: String)
    /// The template itself refused, through `raise_exception`.
    case raised(line: Int, message: String)
    /// Where Python would raise a `TypeError`, `ValueError`, `ZeroDivisionError` or the like.
    case invalid(line: Int, message: String)
    /// What the sandbox does not let templates do.
    case forbidden(line: Int, message: String)
    /// The template wanted more of something than any sane one needs.
    case limit(line: Int, what: String, most: Int)
    /// Jinja has it, this interpreter does not.
    case unsupported(line: Int, what: String)
}

extension TemplateError {
    /// Itself with the line filled in, where it was not known yet.
    func at(line: Int) -> TemplateError {
        switch self {
        case .syntax(0, let message): .syntax(line: line, message: message)
        case .undefined(0, let message): .undefined(line: line, message: message)
        case .raised(0, let message): .raised(line: line, message: message)
        case .invalid(0, let message): .invalid(line: line, message: message)
        case .forbidden(0, let message): .forbidden(line: line, message: message)
        case .limit(0, let what, let most): .limit(line: line, what: what, most: most)
        case .unsupported(0, let what): .unsupported(line: line, what: what)
        default: self
        }
    }

    static func invalid(_ message: String) -> TemplateError { .invalid(line: 0, message: message) }
}

extension TemplateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let line, let message): "chat template, line \(line): \(message)"
        case .undefined(let line, let message): "chat template, line \(line): \(message)"
        case .raised(let line, let message): "the chat template refuses (line \(line)): \(message)"
        case .invalid(let line, let message): "chat template, line \(line): \(message)"
        case .forbidden(let line, let message): "chat template, line \(line), is not allowed to: \(message)"
        case .limit(let line, let what, let most): "chat template, line \(line): more than \(most) \(what)"
        case .unsupported(let line, let what): "chat template, line \(line): \(what) is not supported"
        }
    }
}
