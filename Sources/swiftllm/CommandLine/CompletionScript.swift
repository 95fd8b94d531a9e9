/// Shell completion scripts, made from the command table.
enum CompletionScript {
    // MARK: bash

    static func bash(_ commands: [Command]) -> String {
        let names = (commands.map(\.name) + ["help", "--help", "--version"]).joined(separator: " ")
        return """
            # bash completion for swiftllm
            _swiftllm() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} IFS=$'\\n'
                _swiftllm_words() { COMPREPLY=($(IFS=' '; compgen -W "$1" -- "$current")); }
                _swiftllm_files() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); }
                COMPREPLY=()
                if [[ $COMP_CWORD -eq 1 || $previous == help ]]; then
                    _swiftllm_words '\(names)'
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(commands.map(bashCase).joined(separator: "\n"))
                esac
            }
            complete -F _swiftllm swiftllm

            """
    }

    private static func bashCase(_ command: Command) -> String {
        let values = command.options.compactMap { option in
            option.completedValue.map {
                "            \(option.spellings.joined(separator: "|"))) \(bashAction($0)); return ;;"
            }
        }
        let spellings = command.options.flatMap(\.spellings).joined(separator: " ")
        return """
                \(words(command)))
                    case $previous in
            \((values + ["            *) ;;"]).joined(separator: "\n"))
                    esac
                    if [[ $current == -* ]]; then _swiftllm_words '\(spellings)'; return; fi
                    \(command.operands.first.map { bashAction($0.value) } ?? ":")
                    ;;
            """
    }

    private static func bashAction(_ kind: ValueKind) -> String {
        switch kind {
        case .file: "_swiftllm_files"
        case .choice(let words): "_swiftllm_words '\(words.joined(separator: " "))'"
        case .text, .integer, .number: ":"
        }
    }

    // MARK: zsh

    static func zsh(_ commands: [Command]) -> String {
        let names = commands.map { "        \(quoted("\($0.name):\($0.summary)"))" }.joined(separator: "\n")
        return """
            #compdef swiftllm
            # zsh completion for swiftllm
            _swiftllm() {
                local -a commands
                commands=(
            \(names)
                )
                if (( CURRENT == 2 )); then
                    _describe command commands
                    return
                fi
                local command=$words[2]
                shift words
                (( CURRENT-- ))
                case $command in
            \(commands.map(zshCase).joined(separator: "\n"))
                esac
            }
            if [[ $funcstack[1] == _swiftllm ]]; then _swiftllm "$@"; else compdef _swiftllm swiftllm; fi

            """
    }

    private static func zshCase(_ command: Command) -> String {
        let options = command.options.flatMap { option in
            option.spellings.map { spelling in
                let value = option.completedValue.map { ":\(option.placeholder):\(zshAction($0))" } ?? ""
                return quoted("\(option.isRepeatable ? "*" : "")\(spelling)[\(zshEscaped(option.help))]\(value)")
            }
        }
        let operands = command.operands.map { operand in
            quoted(
                "\(operand.count == .any ? "*" : "")\(operand.count == .optional ? ":" : "")"
                    + ":\(zshEscaped(operand.name)):\(zshAction(operand.value))")
        }
        return "        \(words(command))) _arguments \((options + operands).joined(separator: " ")) ;;"
    }

    private static func zshAction(_ kind: ValueKind) -> String {
        switch kind {
        case .file: "_files"
        case .choice(let words): "(\(words.joined(separator: " ")))"
        case .text, .integer, .number: " "
        }
    }

    private static func zshEscaped(_ text: String) -> String {
        text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    // MARK: fish

    static func fish(_ commands: [Command]) -> String {
        var lines = ["# fish completion for swiftllm", "complete -c swiftllm -f"]
        for command in commands {
            lines.append(
                "complete -c swiftllm -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))")
            let condition =
                "-n '__fish_seen_subcommand_from \(([command.name] + command.aliases).joined(separator: " "))'"
            for option in command.options {
                let short = option.short.map { " -s \($0)" } ?? ""
                let value = option.completedValue.map { " -r\(fishAction($0))" } ?? ""
                lines.append(
                    "complete -c swiftllm \(condition)\(short) -l \(option.long)\(value) -d \(quoted(option.help))")
            }
            if let action = command.operands.first.map({ fishAction($0.value) }), !action.isEmpty {
                lines.append("complete -c swiftllm \(condition)\(action)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func fishAction(_ kind: ValueKind) -> String {
        switch kind {
        case .file: " -F"
        case .choice(let words): " -a '\(words.joined(separator: " "))'"
        case .text, .integer, .number: ""
        }
    }

    /// A command's names, as a pattern.
    private static func words(_ command: Command) -> String {
        ([command.name] + command.aliases).joined(separator: "|")
    }

    /// Text in single quotes, for all three shells.
    private static func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }
}

extension CommandOption {
    /// What may follow the option as a word of its own.
    fileprivate var completedValue: ValueKind? { impliedValue == nil ? value : nil }
}
