import ChatTemplates
import Foundation
import GGUF
import JSON

extension Command {
    /// `swiftllm template`: what a chat template makes of a conversation.
    package static let template = Command(
        name: "template",
        summary: "Render a chat template.",
        discussion: """
            Renders a Jinja chat template, from a file or out of a model, for the variables of a JSON object: messages, \
            tools, add_generation_prompt, bos_token and whatever else the template reads. Without variables, prints the \
            template itself.

            With --go the template is in Go's language, as Ollama's models bring them, and the object is its data.

            With --json-lines each line of standard input is such an object, and is answered by one line: an object \
            with "text", or with "error" where the template fails.
            """,
        operands: [CommandOperand("FILE", value: .file, count: .optional, help: "The template; or see --model.")],
        options: [.model, .context, .now, .go, .jsonLines],
        examples: [
            Example("swiftllm template -m model.gguf", "The template that a model came with."),
            Example(
                "swiftllm template chat.jinja --context chat.json --now 2026-03-07T15:04:05",
                "What it makes of a conversation on a given day."),
        ],
        run: { arguments, output in try TemplateCommand(arguments, output).run() })
}

extension CommandOption {
    fileprivate static let context = CommandOption(
        "context", value: .file, placeholder: "FILE", help: "The variables, a JSON object.")
    fileprivate static let now = CommandOption(
        "now", value: .text, placeholder: "TIME",
        help: "The time that the template sees, such as 2026-03-07T15:04:05; the clock's by default.")
}

extension CommandOption {
    fileprivate static let go = CommandOption("go", help: "The template is in Go's language, not in Jinja.")
}

/// A template in either language.
private enum AnyTemplate {
    case jinja(ChatTemplate)
    case go(GoTemplate)

    func render(_ variables: JSONObject, now: LocalTime) throws(TemplateError) -> String {
        switch self {
        case .jinja(let template): try template.render(context: variables, now: now)
        case .go(let template): try template.render(data: .object(variables), now: now)
        }
    }
}

private struct TemplateCommand {
    private let arguments: Arguments
    private let output: Output
    private let source: String
    private let now: LocalTime

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        source = try Self.source(arguments)
        now = try Self.time(arguments.text(.now))
    }

    private static func time(_ text: String?) throws -> LocalTime {
        guard let text else { return .current() }
        guard let time = LocalTime(iso8601: text) else {
            throw UsageError.conflict("--now: expected a time such as 2026-03-07T15:04:05, found '\(text)'")
        }
        return time
    }

    private static func source(_ arguments: Arguments) throws -> String {
        switch (arguments.operands.first, arguments.text(.model)) {
        case (let path?, nil):
            guard let source = String(validating: try InputFile.bytes(path), as: UTF8.self) else {
                throw InputError("\(path): the template is not UTF-8")
            }
            return source
        case (nil, let name?):
            guard let source = try NamedModel.open(name).metadata.optionalString("tokenizer.chat_template") else {
                throw InputError("\(name): the model has no chat template")
            }
            return source
        case (nil, nil): throw UsageError.missingOperand("FILE or --model")
        default: throw UsageError.conflict("FILE and --model exclude each other")
        }
    }

    private func template() throws(TemplateError) -> AnyTemplate {
        if arguments.has(.go) { return .go(try GoTemplate(source: source)) }
        return .jinja(try ChatTemplate(source: source))
    }

    func run() throws {
        if arguments.has(.jsonLines) {
            let template = Result { try self.template() }
            return try output.answerLines { line in
                do {
                    return ["text": .string(try template.get().render(try variables(line), now: now))]
                } catch let error as TemplateError {
                    return ["error": .string("\(error)")]
                }
            }
        }
        let template = try self.template()
        guard let path = arguments.text(.context) else { return try output.write(source) }
        let context: JSONValue
        do {
            context = try JSONParser.parse(try InputFile.bytes(path))
        } catch let error as JSONError {
            throw InputError("\(path): \(error)")
        }
        try output.write(try template.render(try variables(context), now: now))
    }

    private func variables(_ json: JSONValue) throws -> JSONObject {
        guard let object = json.objectValue else { throw InputError("the variables must be a JSON object") }
        return object
    }
}

extension LocalTime {
    /// The clock's time in the user's zone.
    static func current() -> LocalTime {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .nanosecond], from: Date())
        return LocalTime(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1, hour: parts.hour ?? 0,
            minute: parts.minute ?? 0, second: parts.second ?? 0, microsecond: (parts.nanosecond ?? 0) / 1000)
    }
}
