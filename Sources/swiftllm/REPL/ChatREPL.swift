import JSON
import Platform
import WireFormats

/// A conversation at a terminal: reads messages and commands, shows answers.
@MainActor final class ChatREPL {
    private let server: ModelServer
    private let prompt: any LinePrompt
    private let output: Output
    private let spinner = Spinner()
    private var session: ChatSession
    private var isVerbose: Bool
    private var wrapsWords: Bool
    private let showsThinking: Bool
    /// Whether the model takes pictures or sounds.
    private var takesFiles: Bool

    /// How a conversation begins.
    struct Start {
        var session: ChatSession
        var isVerbose = false
        var wrapsWords = true
        var showsThinking = true
        /// What the server says of the model.
        var info: OllamaShow.Reply
    }

    init(_ start: Start, server: ModelServer, prompt: any LinePrompt, output: Output) {
        self.server = server
        self.prompt = prompt
        self.output = output
        session = start.session
        isVerbose = start.isVerbose
        wrapsWords = start.wrapsWords
        showsThinking = start.showsThinking
        takesFiles = start.info.takesFiles
    }

    /// Holds the conversation until somebody leaves.
    func run() async throws {
        Interruption.watchRepeatedly()
        while true {
            switch try prompt.read() {
            case .endOfInput: return
            case .interrupted: try write("Use Ctrl + d or /bye to exit.\n")
            case .line(let line):
                switch UserInput(line, isPath: { [takesFiles] in takesFiles && Self.beginsWithFile($0) }) {
                case .nothing: break
                case .message(let text): try await ask(text)
                case .command(.leave): return
                case .command(let command): try await obey(command)
                }
            }
            if Interruption.isTermination { return }
        }
    }

    /// Shows the turns that belong to the model itself.
    func showOpening(_ messages: [Message]) throws {
        for message in messages {
            if message.role == .user { try write(">>> \(TerminalText.harmless(message.text))\n") }
            guard message.role == .assistant else { continue }
            var display = AnswerDisplay(style)
            try write(display.show(.text(message.text)) + display.end())
        }
    }

    private static func beginsWithFile(_ line: String) -> Bool {
        PromptFiles.candidates(line).contains { line.hasPrefix($0) }
    }

    private func write(_ text: String) throws { try output.write(text) }

    private var style: AnswerDisplay.Style {
        var style = AnswerDisplay.Style()
        style.isTerminal = TerminalKind.current.obeysSequences
        style.wrapColumns = wrapsWords && style.isTerminal ? Terminal.size.columns : nil
        style.showsThinking = showsThinking
        return style
    }

    // MARK: Answers

    private func ask(_ text: String) async throws {
        var text = text
        var media: [Media] = []
        if takesFiles {
            do {
                let extracted = try PromptFiles.extract(text)
                (text, media) = (extracted.text, extracted.media)
                for path in extracted.paths { ErrorStream.write("Added image '\(path)'\n") }
            } catch {
                return ErrorStream.write("Couldn't process image: \(error)\n")
            }
        }
        session.ask(text, media: media)
        let answer = AnswerStream(AnswerDisplay(style), spinner: spinner, output: output)
        do {
            let request = session.request
            spinner.start()
            _ = try await interruptible { [server] in
                try await server.chat(request) { try await answer.show($0) }
            }
            try answer.end()
            session.answer(answer.message)
            if isVerbose, let summary = answer.summary { ErrorStream.write(ReplyStatistics.text(summary) + "\n") }
        } catch let error as PlatformError {
            spinner.stop()
            throw error
        } catch {
            try answer.end()
            session.withdraw()
            try write("error: \(error)\n\n")
        }
    }

    // MARK: Commands

    private func obey(_ command: SlashCommand) async throws {
        switch command {
        case .set(let setting): try await set(setting)
        case .show(let topic): try await show(topic)
        case .load(let model): try await load(model)
        case .save(let name): try await save(name)
        case .clear:
            session.clear()
            try write("Cleared session context\n")
        case .list(let prefix):
            try await reporting { try ModelTables.list(try await server.tags(), prefix: prefix) }
        case .help(let topic), .usage(let topic): try write(SessionHelp.text(topic, takesFiles: takesFiles))
        case .unknown(let text, let nearest):
            let hint = nearest.map { ", did you mean \($0)?" } ?? "."
            try write("Unknown command '\(TerminalText.harmless(text))'\(hint) Type /? for help\n")
        case .leave: break
        }
    }

    private func set(_ setting: SlashCommand.Setting) async throws {
        switch setting {
        case .history(let isOn): prompt.setHistory(isOn: isOn)
        case .wordWrap(let isOn):
            wrapsWords = isOn
            try write("Set '\(isOn ? "" : "no")wordwrap' mode.\n")
        case .verbose(let isOn):
            isVerbose = isOn
            try write("Set '\(isOn ? "verbose" : "quiet")' mode.\n")
        case .thinking(let choice): try await setThinking(choice)
        case .format("json"):
            session.format = .json
            try write("Set format to 'json' mode.\n")
        case .format: try write("Invalid or missing format. For 'json' mode use '/set format json'\n")
        case .noFormat:
            session.format = .text
            try write("Disabled format.\n")
        case .system(let text):
            session.system = text.isEmpty ? nil : text
            try write("Set system message.\n")
        case .parameter(let name, let values):
            do {
                try session.setParameter(name, values: values)
                try write("Set parameter '\(name)' to '\(values.joined(separator: ", "))'\n")
            } catch let error as WireError {
                try write("Couldn't set parameter: \(error.message)\n")
            }
        }
    }

    private func setThinking(_ choice: ThinkingChoice) async throws {
        session.thinking = choice
        if let info = try? OllamaShow.decodeReply(try await server.show(session.model)),
            !info.capabilities.contains("thinking")
        {
            try write("warning: model \"\(session.model)\" does not support thinking output\n")
        }
        switch choice {
        case .level(let level): try write("Set 'think' mode to '\(level.rawValue)'.\n")
        case .off: try write("Set 'nothink' mode.\n")
        case .on, .unset: try write("Set 'think' mode.\n")
        }
    }

    private func show(_ topic: SlashCommand.ShowTopic) async throws {
        try await reporting {
            let info = try translatedReply(try await server.show(session.model))
            return ModelReport(info).text(topic, session: session)
        }
    }

    private func load(_ model: String) async throws {
        try write("Loading model '\(model)'\n")
        spinner.start()
        defer { spinner.stop() }
        do {
            let info = try translatedReply(try await server.show(model))
            guard
                try await interruptible({ [server, session] in
                    try await server.load(model, keepAlive: session.keepAlive); return true
                }) != nil
            else { return }
            session.clear()
            session.model = model
            takesFiles = info.takesFiles
        } catch let error as ServerError where error.kind == .notFound {
            spinner.stop()
            try write("Couldn't find model '\(model)'\n")
        } catch {
            spinner.stop()
            try write("error: \(error)\n")
        }
    }

    private func save(_ name: String) async throws {
        do {
            try await server.work("/api/create", session.createRequest(named: name)) { _ in }
            try write("Created new model '\(name)'\n")
        } catch let error as ServerError where error.description.contains("invalid model name") {
            try write("error: The model name '\(name)' is invalid\n")
        } catch {
            try write("error: \(error)\n")
        }
    }

    /// Writes a text that needs the server; its errors are for reading, the conversation goes on.
    private func reporting(_ text: () async throws -> String) async throws {
        let result: String
        do { result = try await text() } catch {
            return try write("error: \(error)\n")
        }
        try write(result)
    }
}

extension OllamaShow.Reply {
    /// Whether messages may hold pictures or sounds.
    var takesFiles: Bool { capabilities.contains("vision") || capabilities.contains("audio") }

    /// Whether the model makes vectors, not text.
    var isEmbedding: Bool { capabilities.contains("embedding") && !capabilities.contains("completion") }
}

/// What a server says of a model.
func translatedReply(_ json: JSONValue) throws -> OllamaShow.Reply {
    try translated { () throws(WireError) in try OllamaShow.decodeReply(json) }
}
