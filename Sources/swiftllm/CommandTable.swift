/// THE table: every command of the program.
///
/// To add a command: write `Commands/Name.swift` with `extension Command { static let name = Command(…) }` (see
/// `Commands/Inspect.swift`), declare its options as constants there, read them through `Arguments`, and add its row
/// here. Help, shell completion and suggestions for mistyped names follow from the row. A command throws typed errors;
/// `ExitCode` says which code each becomes.
package enum CommandTable {
    package static let all: [Command] = [
        .run,
        .infer,
        .serve,
        .list,
        .processes,
        .show,
        .pull,
        .push,
        .create,
        .copy,
        .remove,
        .stop,
        .inspect,
        .tokenize,
        .detokenize,
        .logits,
        .embed,
        .perplexity,
        .bench,
        .quantize,
        .pack,
        .template,
        .grammar,
        .completion,
    ]

    /// The command of that name.
    package static func command(_ name: String) throws(UsageError) -> Command {
        guard let command = all.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            throw .unknownCommand(name, nearest: NearestName.of(name, in: all.flatMap { [$0.name] + $0.aliases }))
        }
        return command
    }
}
