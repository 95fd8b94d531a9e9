package import WireFormats

/// What somebody entered at the prompt.
package enum UserInput: Equatable, Sendable {
    case nothing
    case message(String)
    case command(SlashCommand)

    /// Reads what was entered. A text in triple quotation marks is what lies between them.
    ///
    /// - Parameter isPath: whether a line that begins with a slash names a file to send, not a command.
    package init(_ text: String, isPath: (String) -> Bool = { _ in false }) {
        if text.hasPrefix(Self.quotes) {
            self = Self.unquoted(text[...]).map { .message($0) } ?? .nothing
        } else if text.hasPrefix("/"), !isPath(text) {
            self = .command(SlashCommand(text))
        } else {
            self = text.allSatisfy(\.isWhitespace) ? .nothing : .message(text)
        }
    }

    /// Whether a text has opened quotation marks that it does not close yet.
    package static func needsMore(_ text: String) -> Bool {
        let quoted: Substring
        if text.hasPrefix(quotes) {
            quoted = text[...]
        } else if let value = SlashCommand.systemText(text), value.hasPrefix(quotes) {
            quoted = value
        } else {
            return false
        }
        return !(quoted.dropFirst(quotes.count).hasSuffix(quotes))
    }

    static let quotes = "\"\"\""

    /// The text between quotation marks, nil if it is empty.
    static func unquoted(_ text: Substring) -> String? {
        var inner = text.dropFirst(quotes.count)
        if inner.hasSuffix(quotes) { inner = inner.dropLast(quotes.count) }
        return inner.allSatisfy(\.isWhitespace) ? nil : String(inner)
    }
}

/// A line that begins with a slash.
package enum SlashCommand: Equatable, Sendable {
    case set(Setting)
    case show(ShowTopic)
    case load(String)
    case save(String)
    case clear
    case list(prefix: String?)
    case help(HelpTopic)
    case leave
    /// The command lacks something; shows what it takes.
    case usage(HelpTopic)
    /// Nothing that we know, and the command that was probably meant.
    case unknown(String, nearest: String?)

    /// What `/set` sets.
    package enum Setting: Equatable, Sendable {
        case parameter(name: String, values: [String])
        case system(String)
        case history(Bool)
        case wordWrap(Bool)
        case verbose(Bool)
        case thinking(ThinkingChoice)
        case format(String)
        case noFormat
    }

    /// What `/show` shows.
    package enum ShowTopic: String, CaseIterable, Sendable {
        case info, license, modelfile, parameters, system, template
    }

    /// Pages of help.
    package enum HelpTopic: Equatable, Sendable {
        case overview, set, parameters, show, shortcuts, load, save
    }

    private static let parameterNames = [
        "frequency_penalty", "min_p", "num_ctx", "num_gpu", "num_keep", "num_predict", "num_thread", "presence_penalty",
        "repeat_last_n", "repeat_penalty", "seed", "stop", "temperature", "top_k", "top_p", "typical_p",
    ]

    /// Everything that Tab completes.
    package static let completions =
        ["history", "nohistory", "wordwrap", "nowordwrap", "verbose", "quiet", "nothink", "format json", "noformat"]
        .map { "/set \($0)" } + ["/set think", "/set system ", "/set parameter "]
        + parameterNames.map { "/set parameter \($0) " } + ShowTopic.allCases.map { "/show \($0)" }
        + ["/load ", "/save ", "/clear", "/list", "/bye", "/exit", "/help", "/? shortcuts", "/? set", "/? show"]

    /// Reads a command.
    init(_ line: String) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let arguments = Array(words.dropFirst())
        switch words.first ?? "/" {
        case "/set": self = Self.set(arguments, line: line)
        case "/show":
            guard let word = arguments.first else {
                self = .usage(.show)
                return
            }
            self = ShowTopic(rawValue: word).map { .show($0) } ?? Self.unknown("/show", word)
        case "/load": self = arguments.count == 1 ? .load(arguments[0]) : .usage(.load)
        case "/save": self = arguments.count == 1 ? .save(arguments[0]) : .usage(.save)
        case "/clear": self = .clear
        case "/list", "/ls": self = .list(prefix: arguments.first)
        case "/bye", "/exit", "/quit": self = .leave
        case "/?", "/help": self = .help(Self.topic(arguments.first))
        case let word: self = .unknown(word, nearest: NearestName.of(word, in: Self.names))
        }
    }

    private static let names = ["/set", "/show", "/load", "/save", "/clear", "/list", "/bye", "/exit", "/help"]

    private static func topic(_ word: String?) -> HelpTopic {
        switch word {
        case "set", "/set": .set
        case "show", "/show": .show
        case "shortcut", "shortcuts": .shortcuts
        case "parameter", "parameters": .parameters
        default: .overview
        }
    }

    private static func unknown(_ command: String, _ word: String) -> SlashCommand {
        let words = completions.compactMap { completion -> String? in
            let parts = completion.split(separator: " ")
            return parts.count > 1 && parts[0] == command ? String(parts[1]) : nil
        }
        return .unknown("\(command) \(word)", nearest: NearestName.of(word, in: words).map { "\(command) \($0)" })
    }

    // MARK: /set

    private static func set(_ arguments: [String], line: String) -> SlashCommand {
        guard let word = arguments.first else { return .usage(.set) }
        switch word {
        case "parameter": return parameter(line)
        case "system":
            guard let text = systemText(line), !text.isEmpty else { return .usage(.set) }
            guard text.hasPrefix(UserInput.quotes) else { return .set(.system(String(text))) }
            return .set(.system(UserInput.unquoted(text) ?? ""))
        case "think": return think(arguments.dropFirst().first)
        case "format": return .set(.format(arguments.dropFirst().first ?? ""))
        default: return switches[word].map { .set($0) } ?? unknown("/set", word)
        }
    }

    private static let switches: [String: Setting] = [
        "history": .history(true), "nohistory": .history(false), "wordwrap": .wordWrap(true),
        "nowordwrap": .wordWrap(false), "verbose": .verbose(true), "quiet": .verbose(false),
        "nothink": .thinking(.off), "noformat": .noFormat,
    ]

    private static func think(_ word: String?) -> SlashCommand {
        switch word {
        case nil, "true": .set(.thinking(.on))
        case "false": .set(.thinking(.off))
        case let word?:
            ThinkingLevel(rawValue: word).map { .set(.thinking(.level($0))) } ?? unknown("/set", "think \(word)")
        }
    }

    private static func parameter(_ line: String) -> SlashCommand {
        let words = quotedWords(line).dropFirst(2)
        guard words.count > 1, let name = words.first else { return .usage(.parameters) }
        return .set(.parameter(name: name, values: Array(words.dropFirst())))
    }

    /// What follows `/set system`, as it was written; nil for another command.
    static func systemText(_ line: String) -> Substring? {
        line.prefixMatch(of: #/\s*/set\s+system(\s+|$)/#).map { line[$0.range.upperBound...] }
    }

    /// Words separated by spaces; quotation marks hold words together.
    static func quotedWords(_ line: String) -> [String] {
        line.matches(of: #/"([^"]*)"|(\S+)/#).map { String($0.1 ?? $0.2 ?? "") }
    }
}
