package import ChatTemplates
import Inference
import OutputParsing
import Sampling
import Tokenization
package import WireFormats

/// Answers requests: the one way from a request of any dialect to the engine and back.
package struct AnswerService: Sendable {
    package let manager: ModelManager
    package let catalog: ModelCatalog
    package let metrics: ServingMetrics
    let formats = OutputFormatCache()
    /// The time that templates see.
    package let now: @Sendable () -> LocalTime

    package init(
        manager: ModelManager, catalog: ModelCatalog, metrics: ServingMetrics,
        now: @escaping @Sendable () -> LocalTime
    ) {
        self.manager = manager
        self.catalog = catalog
        self.metrics = metrics
        self.now = now
    }

    /// Continues a conversation.
    ///
    /// - Throws: before the first event, why there will be no answer; later only what the sink throws.
    package func chat(_ request: ChatRequest, dialect: Dialect, to sink: any ReplySink) async throws {
        let entry = try catalog.entry(named: request.model)
        try request.requireText()
        if request.messages.isEmpty { return try await load(entry, keepAlive: request.keepAlive, sink) }
        let start = ContinuousClock.now
        try await manager.withModel(entry.source, idleTime: request.keepAlive.idleTime) { loaded in
            let model = try ServedModel(entry, loaded, formats: formats)
            let request = try model.adapted(request, dialect)
            let options = request.options.completed(by: entry.parameters)
            let contextLength = model.contextLength(options)
            let prompt = try ChatPromptBuilder(model: model, request: request, now: now())
                .build(contextLength: contextLength)
            let tools = request.toolChoice == .none ? [] : request.tools.map(\.signature)
            let builder = ConstraintBuilder(model: model, prompt: prompt.rendered.text)
            let job = AnswerJob(
                model: model, tokens: prompt.tokens, options: options, contextLength: contextLength,
                dialect: dialect, logProbabilities: request.logProbabilities,
                parser: OutputParser(format: model.outputFormat, tools: tools, prompt: prompt.rendered.text),
                constraint: try builder.constraint(request), truncatedTokens: prompt.truncatedTokens, start: start,
                metrics: metrics)
            try await job.run(choices: 0..<request.choiceCount, to: sink)
        }
    }

    /// Lends a model by its name while `body` runs.
    func withModel<Result: Sendable>(
        named name: String, keepAlive: KeepAlive? = nil, _ body: @Sendable (ServedModel) async throws -> Result
    ) async throws -> Result {
        let entry = try catalog.entry(named: name)
        return try await manager.withModel(entry.source, idleTime: keepAlive.idleTime) { loaded in
            try await body(try ServedModel(entry, loaded, formats: formats))
        }
    }

    /// How many tokens a conversation's prompt has.
    func tokenCount(_ request: ChatRequest) async throws -> Int {
        try request.requireText()
        return try await withModel(named: request.model) { model in
            try ChatPromptBuilder(model: model, request: request, now: now()).build(contextLength: .max).tokens.count
        }
    }

    /// The prompt of a conversation as the model would see it.
    package func render(_ request: ChatRequest) async throws -> String {
        try request.requireText()
        return try await withModel(named: request.model, keepAlive: request.keepAlive) { model in
            let options = request.options.completed(by: model.entry.parameters)
            return try ChatPromptBuilder(model: model, request: request, now: now())
                .build(contextLength: model.contextLength(options)).rendered.text
        }
    }

    /// Loads a model, or unloads it where it is to be kept for no time.
    func load(_ entry: CatalogEntry, keepAlive: KeepAlive?, _ sink: any ReplySink) async throws {
        guard keepAlive?.unloadsAtOnce != true else {
            await manager.unload(entry.source.key)
            return try await sink.send(.finished(ReplySummary(reason: .unloaded)), choice: 0)
        }
        try await manager.withModel(entry.source, idleTime: keepAlive.idleTime) { _ in }
        try await sink.send(.finished(ReplySummary(reason: .loaded)), choice: 0)
    }
}

extension KeepAlive? {
    var idleTime: ModelManager.IdleTime {
        switch self {
        case nil: .standard
        case .forever?: .forever
        case .duration(let duration)?: .limited(duration)
        }
    }
}

extension Tool {
    fileprivate var signature: ToolSignature { ToolSignature(name: name, parameters: parameters) }
}
