extension Command {
    /// `swiftllm completion`: scripts that complete commands and options in a shell.
    package static let completion = Command(
        name: "completion",
        summary: "Print a completion script for bash, zsh or fish.",
        discussion: """
            Prints a script that teaches a shell the commands, options and values of this program. It is made from the \
            same table as the help, so the two never differ.
            """,
        operands: [CommandOperand("SHELL", value: .choice(["bash", "zsh", "fish"]), help: "bash, zsh or fish.")],
        examples: [
            Example("source <(swiftllm completion bash)", "Complete in this bash."),
            Example("swiftllm completion zsh > ~/.zfunc/_swiftllm", "For zsh, where ~/.zfunc is in fpath."),
            Example("swiftllm completion fish > ~/.config/fish/completions/swiftllm.fish", "For fish."),
        ],
        run: { arguments, output in
            switch arguments.operands[0] {
            case "bash": try output.write(CompletionScript.bash(CommandTable.all))
            case "zsh": try output.write(CompletionScript.zsh(CommandTable.all))
            default: try output.write(CompletionScript.fish(CommandTable.all))
            }
        })
}
