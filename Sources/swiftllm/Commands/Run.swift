import Foundation
import JSON
import Platform
import WireFormats

extension Command {
    /// `swiftllm run`: a conversation, or one answer.
    package static let run = Command(
        name: "run",
        summary: "Talk with a model.",
        discussion: """
            Opens a conversation with a model, or answers one prompt: the arguments behind the model, with standard \
            input in front of them if it is no terminal. A model that is not here is downloaded first. Without a model \
            it is the small one that is part of this program, named swiftllm.

            Talks to the server that OLLAMA_HOST names (by default 127.0.0.1:11434); where none listens, the command \
            runs the model itself.
            """,
        operands: [
            CommandOperand("MODEL", count: .optional, help: "The model. Default: swiftllm."),
            CommandOperand("PROMPT", count: .any, help: "What to answer. Default: a conversation."),
        ],
        options: [
            .think, .hideThinking, .format, .keepAlive, .runVerbose, .noWordWrap, .dimensions, .truncate, .insecure,
            .json,
        ],
        examples: [
            Example("swiftllm run qwen3:0.6b", "A conversation; /? in it shows what it can do."),
            Example("swiftllm run qwen3:0.6b 'Why is the sky blue?'", "One answer."),
            Example("git diff | swiftllm run qwen3:0.6b 'Write a commit message.'", "About what comes through a pipe."),
        ],
        run: { arguments, output in try await RunCommand(arguments, output).run() })
}

extension CommandOption {
    fileprivate static let think = CommandOption(
        "think", value: .choice(["true", "false", "high", "medium", "low", "max"]), impliedValue: "true",
        placeholder: "LEVEL",
        help: "Whether, or how hard, the model thinks first: true, false, low, medium, high or max.")
    fileprivate static let hideThinking = CommandOption("hidethinking", help: "Let it think, but do not show it.")
    fileprivate static let format = CommandOption(
        "format", value: .text, placeholder: "FORMAT", help: "The answer's form: json, or a JSON Schema.")
    fileprivate static let runVerbose = CommandOption(
        "verbose", help: "Print what each answer took to the error stream.")
    fileprivate static let noWordWrap = CommandOption(
        "nowordwrap", help: "Let the terminal break lines, instead of breaking them between words.")
}

/// One run of the command.
private struct RunCommand: Sendable {
    /// The bundled model, as servers know it.
    private static let bundledModel = "swiftllm"

    private let arguments: Arguments
    private let output: Output
    private let session: ChatSession
    /// What to answer; nil for a conversation.
    private let prompt: String?

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        var session = ChatSession(model: arguments.operands.first ?? Self.bundledModel)
        session.keepAlive = try arguments.keepAlive()
        session.format = try Self.format(arguments)
        switch arguments.text(.think) {
        case nil: break
        case "true"?: session.thinking = .on
        case "false"?: session.thinking = .off
        case let level?: session.thinking = ThinkingLevel(rawValue: level).map { .level($0) } ?? .on
        }
        self.session = session
        prompt = try Self.prompt(Array(arguments.operands.dropFirst()))
        if prompt == nil, arguments.has(.json) { throw UsageError.conflict("--json needs a PROMPT") }
    }

    private static func format(_ arguments: Arguments) throws -> ResponseFormat {
        guard let text = arguments.text(.format), !text.isEmpty else { return .text }
        if text == "json" { return .json }
        guard let schema = try? JSONParser.parse(text), schema.objectValue != nil else {
            throw UsageError.invalidValue(
                of: "--format", expected: "json or a JSON Schema", found: String(text.prefix(100)), nearest: nil)
        }
        return .schema(schema)
    }

    /// Standard input, unless it is a keyboard, and the words of the command line.
    private static func prompt(_ words: [String]) throws -> String? {
        var words = words
        let isConversation = StandardStream.isInputTerminal && StandardStream.output.isTerminal
        if !StandardStream.isInputTerminal {
            let data = try FileHandle.standardInput.readToEnd() ?? Data()
            guard let text = String(validating: Array(data), as: UTF8.self) else {
                throw InputError("standard input: is not UTF-8 text")
            }
            if !text.isEmpty { words.insert(text, at: 0) }
        }
        return words.isEmpty && isConversation ? nil : words.joined(separator: " ")
    }

    func run() async throws {
        guard let prompt else { return try await converse() }
        try await endingWithInterrupt {
            try await ServerConnection.with { server in
                let info = try await self.info(server)
                if info.isEmbedding { return try await embed(prompt, server) }
                try await answer(prompt, info, server)
            }
        }
    }

    /// What the server knows of the model, which is downloaded if it is not there.
    private func info(_ server: ModelServer) async throws -> OllamaShow.Reply {
        do {
            return try translatedReply(try await server.show(session.model))
        } catch let error as ServerError where error.kind == .notFound && session.model != Self.bundledModel {
            var request = OllamaTransferRequest(model: session.model)
            request.isInsecure = arguments.has(.insecure)
            try await server.workShowingProgress("/api/pull", request.json)
            return try translatedReply(try await server.show(session.model))
        }
    }

    // MARK: A conversation

    private func converse() async throws {
        let connection = try await ServerConnection.open()
        do {
            try await converse(connection.server)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    @MainActor private func converse(_ server: ModelServer) async throws {
        let spinner = Spinner()
        let opened = try await endingWithInterrupt {
            let info = try await self.info(server)
            guard !info.isEmbedding else {
                throw InputError(
                    "embedding models require input text. Usage: swiftllm run \(session.model) \"your text here\"")
            }
            spinner.start()
            defer { spinner.stop() }
            try await server.load(session.model, keepAlive: session.keepAlive, thinking: session.thinking)
            return info
        }
        let plain: (any LinePrompt)? = PlainPrompt(output: output)
        let prompt = TerminalKind.current.obeysSequences ? EditingPrompt(output: output, file: HistoryFile()) : plain
        guard let prompt else { throw InputError("standard input is no terminal") }
        var start = ChatREPL.Start(session: session, info: opened)
        start.isVerbose = arguments.has(.runVerbose)
        start.wrapsWords = !arguments.has(.noWordWrap)
        start.showsThinking = !arguments.has(.hideThinking)
        let conversation = ChatREPL(start, server: server, prompt: prompt, output: output)
        try conversation.showOpening(opened.messages)
        try await conversation.run()
    }

    // MARK: One answer

    private func answer(_ prompt: String, _ info: OllamaShow.Reply, _ server: ModelServer) async throws {
        var request = CompletionRequest(
            model: session.model, prompts: [.text(prompt)], style: ReplyStyle(streams: !arguments.has(.json)))
        if info.takesFiles {
            let extracted = try PromptFiles.extract(prompt)
            request.prompts = [.text(extracted.text)]
            request.media = extracted.media
            for path in extracted.paths { ErrorStream.write("Added image '\(path)'\n") }
        }
        request.thinking = session.thinking
        request.responseFormat = session.format
        request.keepAlive = session.keepAlive
        if arguments.has(.json) {
            return try output.write(
                try await server.reply(to: "/api/generate", OllamaClient.json(request)), style: .indented)
        }
        try await stream(request, server)
    }

    private func stream(_ request: CompletionRequest, _ server: ModelServer) async throws {
        var style = AnswerDisplay.Style()
        style.isTerminal = StandardStream.output.isTerminal && TerminalKind.current.obeysSequences
        style.showsThinking = !arguments.has(.hideThinking)
        style.wrapColumns = style.isTerminal && !arguments.has(.noWordWrap) ? Terminal.size.columns : nil
        let spinner = Spinner()
        spinner.start()
        let answer = await AnswerStream(AnswerDisplay(style), spinner: spinner, output: output)
        do {
            try await server.generate(request) { try await answer.show($0) }
        } catch {
            try? await answer.end()
            throw error
        }
        try await answer.end()
        if arguments.has(.runVerbose), let summary = await answer.summary {
            ErrorStream.write(ReplyStatistics.text(summary))
        }
    }

    private func embed(_ prompt: String, _ server: ModelServer) async throws {
        guard !prompt.isEmpty else {
            throw InputError(
                "embedding models require input text. Usage: swiftllm run \(session.model) \"your text here\"")
        }
        var request = EmbeddingRequest(model: session.model, inputs: [.text(prompt)])
        try request.read(arguments)
        let reply = try await server.reply(to: "/api/embed", OllamaEmbed.json(request))
        if arguments.has(.json) { return try output.write(reply, style: .indented) }
        try output.writeVectors(reply)
    }
}
