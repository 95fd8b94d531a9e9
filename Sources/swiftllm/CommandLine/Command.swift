/// A command as data: parsing, help and shell completion all read this one description.
package struct Command: Sendable {
    /// The word on the command line.
    package let name: String
    /// Other words for it.
    package let aliases: [String]
    /// One line for the overview.
    package let summary: String
    /// What the command does, in paragraphs; shown under the usage line.
    package let discussion: String
    package let operands: [CommandOperand]
    package let options: [CommandOption]
    package let examples: [Example]
    /// Does the work. Results go to `Output`, everything else to the error stream.
    package let run: @Sendable (Arguments, Output) async throws -> Void

    /// A command line worth copying, and what it does.
    package struct Example: Sendable {
        package let line: String
        package let meaning: String

        package init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    package init(
        name: String, aliases: [String] = [], summary: String, discussion: String, operands: [CommandOperand] = [],
        options: [CommandOption] = [], examples: [Example] = [],
        run: @escaping @Sendable (Arguments, Output) async throws -> Void
    ) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.discussion = discussion
        self.operands = operands
        self.options = options + [.help]
        self.examples = examples
        self.run = run
    }
}

/// What an option's value or an operand may be; checked while parsing, offered while completing.
package enum ValueKind: Sendable {
    case text
    case file
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// One of some words.
    case choice([String])
}

/// An option, `--long` and perhaps `-s`, with or without a value.
package struct CommandOption: Sendable {
    /// Name without its dashes.
    package let long: String
    package let short: Character?
    /// What its value is; nil for a flag.
    package let value: ValueKind?
    /// The value where the option stands alone; one that has this takes another value only after `=`.
    package let impliedValue: String?
    /// The value's name in help, in capitals.
    package let placeholder: String
    package let help: String
    /// Whether it may be given several times.
    package let isRepeatable: Bool

    package init(
        _ long: String, short: Character? = nil, value: ValueKind? = nil, impliedValue: String? = nil,
        placeholder: String = "VALUE", isRepeatable: Bool = false, help: String
    ) {
        self.long = long
        self.short = short
        self.value = value
        self.impliedValue = impliedValue
        self.placeholder = placeholder
        self.isRepeatable = isRepeatable
        self.help = help
    }

    /// The spellings on the command line, short one first.
    package var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(long)"] }
}

/// An argument that is no option, by its place.
package struct CommandOperand: Sendable {
    package enum Count: Sendable { case one, optional, any }

    /// Its name in help, in capitals.
    package let name: String
    package let value: ValueKind
    package let count: Count
    package let help: String

    package init(_ name: String, value: ValueKind = .text, count: Count = .one, help: String) {
        self.name = name
        self.value = value
        self.count = count
        self.help = help
    }
}

extension CommandOption {
    /// Every command has it.
    package static let help = CommandOption("help", short: "h", help: "Show this help.")
    /// The model of every command that needs one.
    package static let model = CommandOption(
        "model", short: "m", value: .file, placeholder: "MODEL",
        help: "The model: a GGUF file (any part of a split one), or the name of a stored model.")
    /// Output for programs.
    package static let json = CommandOption("json", help: "Print JSON.")
}
