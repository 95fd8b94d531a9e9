/// Help pages, made from the command table.
enum HelpText {
    /// Columns of a help page.
    private static let width = 80

    /// All commands, the exit codes and where to look next.
    static func overview(_ commands: [Command]) -> String {
        """
        swiftllm: runs language models from GGUF files on this machine

        Usage: swiftllm COMMAND [ARGUMENTS]

        Commands:
        \(table(commands.map { ($0.name, $0.summary) }))

        Options:
        \(table([("-h, --help", "Show this help."), ("    --version", "Show the version.")]))

        Exit codes:
        \(table(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) }))

        'swiftllm COMMAND --help' explains a command.

        """
    }

    /// The page of one command.
    static func page(_ command: Command) -> String {
        var page = "Usage: \(usage(command))\n\n\(paragraphs(command.discussion))\n"
        if !command.aliases.isEmpty { page += "\nAlso: \(command.aliases.joined(separator: ", "))\n" }
        if !command.operands.isEmpty {
            page += "\nArguments:\n\(table(command.operands.map { ($0.name, $0.help) }))\n"
        }
        page += "\nOptions:\n\(table(command.options.map { (spelling($0), $0.help) }))\n"
        if !command.examples.isEmpty {
            page += "\nExamples:\n"
            for example in command.examples { page += "  \(example.line)\n\(wrap(example.meaning, indent: 6))\n" }
        }
        return page
    }

    /// The usage line of a command.
    static func usage(_ command: Command) -> String {
        let operands = command.operands.map { operand in
            switch operand.count {
            case .one: operand.name
            case .optional: "[\(operand.name)]"
            case .any: "[\(operand.name)...]"
            }
        }
        return (["swiftllm", command.name, "[OPTIONS]"] + operands).joined(separator: " ")
    }

    private static func spelling(_ option: CommandOption) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        let value = option.impliedValue == nil ? " \(option.placeholder)" : "[=\(option.placeholder)]"
        return "\(short)--\(option.long)" + (option.value == nil ? "" : value)
    }

    /// Two columns; a name that is too long for its column gets a line of its own.
    private static func table(_ rows: [(name: String, help: String)]) -> String {
        let longest = 26
        let indent = 4 + (rows.map(\.name.count).filter { $0 <= longest }.max() ?? 0)
        return rows.map { row in
            let help = wrap(row.help, indent: indent)
            guard row.name.count <= longest else { return "  \(row.name)\n\(help)" }
            return "  " + row.name + help.dropFirst(2 + row.name.count)
        }.joined(separator: "\n")
    }

    private static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n\n").map { wrap(String($0), indent: 0) }.joined(separator: "\n\n")
    }

    /// Breaks text between words so that no line is longer than a page is wide.
    private static func wrap(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [margin + line]).joined(separator: "\n")
    }
}
