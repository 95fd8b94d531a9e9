import ChatTemplates
import Inference
import OutputParsing
import Tokenization
package import WireFormats

extension AnswerService {
    /// Continues a text, or answers a single question through the model's chat template.
    ///
    /// Answers count from 0 over all prompts: those to the first prompt come first.
    ///
    /// - Throws: before the first event, why there will be no answer; later only what the sink throws.
    package func complete(_ request: CompletionRequest, dialect: Dialect, to sink: any ReplySink) async throws {
        let entry = try catalog.entry(named: request.model)
        try request.requireText()
        if request.prompts.allSatisfy(\.isEmpty) { return try await load(entry, keepAlive: request.keepAlive, sink) }
        let start = ContinuousClock.now
        try await manager.withModel(entry.source, idleTime: request.keepAlive.idleTime) { loaded in
            let model = try ServedModel(entry, loaded, formats: formats)
            let request = try model.adapted(request, dialect)
            let builder = CompletionPromptBuilder(model: model, request: request, now: now())
            let options = request.options.completed(by: entry.parameters)
            let contextLength = model.contextLength(options)
            let prompts = try request.prompts.map { prompt in
                try builder.build(prompt, contextLength: contextLength)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, (asked, prompt)) in zip(request.prompts, prompts).enumerated() {
                    let job = AnswerJob(
                        model: model, tokens: prompt.tokens, options: options, contextLength: contextLength,
                        dialect: dialect, logProbabilities: request.logProbabilities, parser: prompt.parser,
                        constraint: try ConstraintBuilder(model: model, prompt: prompt.text)
                            .constraint(request.responseFormat),
                        echo: request.echoesPrompt ? builder.echo(of: asked, as: prompt.tokens) : nil, start: start,
                        metrics: metrics)
                    let first = index * request.choiceCount
                    group.addTask { try await job.run(choices: first..<first + request.choiceCount, to: sink) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// The prompt of a question as the model would see it.
    package func render(_ request: CompletionRequest) async throws -> String {
        try request.requireText()
        return try await withModel(named: request.model, keepAlive: request.keepAlive) { model in
            let builder = CompletionPromptBuilder(model: model, request: request, now: now())
            let options = request.options.completed(by: model.entry.parameters)
            return try request.prompts.map { prompt in
                try builder.build(prompt, contextLength: model.contextLength(options)).text
            }.joined()
        }
    }
}

/// A text as the tokens that a model continues.
struct CompletionPromptBuilder {
    let model: ServedModel
    let request: CompletionRequest
    let now: LocalTime

    struct Result {
        var text: String
        var tokens: [TokenID]
        /// Reads the answer; nil where it is delivered as it is.
        var parser: OutputParser?
    }

    /// What was asked, without what a template puts around it.
    func text(of prompt: Prompt) -> String {
        switch prompt {
        case .text(let text): text
        case .tokens(let tokens): model.loaded.tokenizer.decode(tokens)
        }
    }

    /// What stands before the answer.
    func echo(of prompt: Prompt, as tokens: [TokenID]) -> AnswerJob.Echo {
        let tokenizer = model.loaded.tokenizer
        switch prompt {
        case .text(let text):
            // A token that the vocabulary puts in front is none of the text's.
            let first = tokens.first.map { tokenizer.piece(of: $0, special: .hidden) } ?? []
            return AnswerJob.Echo(text: text, firstPiece: first, isScored: request.scoresPrompt)
        case .tokens(let tokens):
            let first = tokens.first.map { tokenizer.piece(of: $0, special: .shown) } ?? []
            return AnswerJob.Echo(
                text: tokenizer.decode(tokens, special: .shown), firstPiece: first, isScored: request.scoresPrompt)
        }
    }

    /// - Throws: `WireError` if the prompt does not fit, or what the template raises.
    func build(_ prompt: Prompt, contextLength: Int) throws -> Result {
        switch prompt {
        case .tokens(let tokens):
            return try checked(Result(text: text(of: prompt), tokens: tokens), contextLength)
        case .text(let text):
            if let suffix = request.suffix, !suffix.isEmpty {
                return try checked(try fillIn(prefix: text, suffix: suffix), contextLength)
            }
            guard !request.isRaw, !request.scoresPrompt, model.format != nil else {
                let tokens = model.loaded.tokenizer.encode(text, options: .prompt)
                return try checked(Result(text: text, tokens: request.context + tokens), contextLength)
            }
            return try question(text, contextLength: contextLength)
        }
    }

    private func checked(_ result: Result, _ contextLength: Int) throws -> Result {
        guard result.tokens.count < contextLength else {
            throw OllamaError.promptTooLong(promptTokens: result.tokens.count, contextLength: contextLength)
        }
        return result
    }

    /// A question is a conversation of one message.
    private func question(_ text: String, contextLength: Int) throws -> Result {
        var messages = [Message(role: .user, text: text)]
        if let system = request.system, !system.isEmpty { messages.insert(Message(role: .system, text: system), at: 0) }
        var chat = ChatRequest(model: request.model, messages: messages, style: request.style)
        chat.thinking = request.thinking
        let built = try ChatPromptBuilder(model: model, request: chat, now: now)
            .build(contextLength: contextLength - request.context.count)
        return Result(
            text: built.rendered.text, tokens: request.context + built.tokens,
            parser: OutputParser(format: model.outputFormat, tools: [], prompt: built.rendered.text))
    }

    /// A gap between two texts, with the vocabulary's own marks for it.
    private func fillIn(prefix: String, suffix: String) throws -> Result {
        let tokenizer = model.loaded.tokenizer
        let marks = tokenizer.vocabulary.special.fill
        guard let before = marks.prefix, let after = marks.suffix, let middle = marks.middle else {
            throw WireError(.unsupported, "\"\(request.model)\" does not support insert", parameter: "suffix")
        }
        let tokens =
            [before] + tokenizer.encode(prefix, options: .userText) + [after]
            + tokenizer.encode(suffix, options: .userText) + [middle]
        return Result(text: tokenizer.decode(tokens, special: .shown), tokens: tokens)
    }
}
