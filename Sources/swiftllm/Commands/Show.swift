import JSON
import Platform
import WireFormats

extension Command {
    /// `swiftllm show`: what a model is.
    package static let show = Command(
        name: "show",
        summary: "Show what a model is.",
        discussion: """
            Shows a stored model: its architecture and size, what it can do, its parameters, system message and \
            license. With one of the options only that part, whole and as it is stored.
            """,
        operands: [CommandOperand("MODEL", help: "The model.")],
        options: ShowPart.all.map(\.option) + [.showVerbose, .json],
        examples: [
            Example("swiftllm show qwen3", "The facts."),
            Example("swiftllm show qwen3 --modelfile > Modelfile", "A file to make a variant of it with 'create'."),
        ],
        run: { arguments, output in
            let parts = ShowPart.all.filter { arguments.has($0.option) }
            guard parts.count <= 1 else {
                throw UsageError.conflict(
                    "only one of '--license', '--modelfile', '--parameters', '--system', or '--template' "
                        + "can be specified")
            }
            let json = try await ServerConnection.with { server in
                try await server.show(arguments.operands[0], isVerbose: arguments.has(.showVerbose))
            }
            if arguments.has(.json) { return try output.write(json, style: .indented) }
            let model = try translatedReply(json)
            guard let part = parts.first else {
                return try output.write(ModelReport(model).summary(isVerbose: arguments.has(.showVerbose)))
            }
            let text = part.text(model)
            try output.write(text.hasSuffix("\n") ? text : text + "\n")
        })
}

extension CommandOption {
    fileprivate static let showVerbose = CommandOption(
        "verbose", short: "v", help: "Show all metadata and tensors too.")
}

/// A part of a model that `show` prints alone.
private struct ShowPart: Sendable {
    let option: CommandOption
    let text: @Sendable (OllamaShow.Reply) -> String

    static let all = [
        ShowPart(option: CommandOption("license", help: "Print only the license.")) { $0.license },
        ShowPart(option: CommandOption("modelfile", help: "Print only the Modelfile.")) { $0.modelfile },
        ShowPart(option: CommandOption("parameters", help: "Print only the parameters.")) { $0.parameters },
        ShowPart(option: CommandOption("system", help: "Print only the system message.")) { $0.system },
        ShowPart(option: CommandOption("template", help: "Print only the chat template.")) { $0.template },
    ]
}
