import Inference
import OutputParsing
import Sampling
import Tokenization
import WireFormats

/// One prompt on its way through the engine, answered once or several times.
struct AnswerJob: Sendable {
    let model: ServedModel
    let tokens: [TokenID]
    /// Complete but for the dialect's defaults.
    let options: GenerationOptions
    let contextLength: Int
    let dialect: Dialect
    let logProbabilities: Int?
    /// Reads the answer; nil where it is delivered as it is.
    let parser: OutputParser?
    /// What the answer is held to.
    var constraint: ConstraintLoad?
    var truncatedTokens = 0
    /// What stands before the answer.
    var echo: Echo?
    /// When the request came.
    let start: ContinuousClock.Instant
    let metrics: ServingMetrics

    /// The prompt as a part of the reply.
    struct Echo: Sendable {
        let text: String
        /// The bytes of its first token.
        let firstPiece: [UInt8]
        /// Whether its tokens have log probabilities.
        let isScored: Bool
    }

    /// Generates all answers side by side, and ends each with `finished` or `failed`.
    ///
    /// - Throws: before the first event, why there will be no answer; later only what the sink throws.
    func run(choices: Range<Int>, to sink: any ReplySink) async throws {
        let loadTime = ContinuousClock.now - start
        let engine = try model.engine
        let request = try generationRequest()
        var handles: [GenerationHandle] = []
        for index in choices.indices {
            var copy = request
            copy.completionIndex = UInt32(index - choices.lowerBound)
            handles.append(try engine.submit(copy))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (choice, handle) in zip(choices, handles) {
                group.addTask {
                    try await deliver(handle, choice: choice, loadTime: loadTime, to: sink)
                }
            }
            try await group.waitForAll()
        }
    }

    private func generationRequest() throws -> GenerationRequest {
        var request = GenerationRequest(prompt: tokens)
        request.sampling = try options.sampling(dialect, tokenizer: model.loaded.tokenizer)
        // The last token is chosen but takes no position.
        request.stop = options.stopConditions(room: contextLength - tokens.count + 1)
        request.topLogProbabilityCount = logProbabilities
        request.scoresPrompt = echo?.isScored ?? false
        request.showsSpecialTokens = parser != nil
        request.constraint = constraint
        return request
    }

    private func deliver(
        _ handle: GenerationHandle, choice: Int, loadTime: Duration, to sink: any ReplySink
    ) async throws {
        var maker = ReplyMaker(model, parser: parser)
        var isCounted = false
        defer {
            if !isCounted {
                metrics.countAbandoned(
                    model: model.entry.source.name, promptTokens: tokens.count, generatedTokens: maker.generated.count)
            }
        }
        try await sink.send(.started(Usage(promptTokens: tokens.count)), choice: choice)
        if let echo, !echo.isScored { try await sink.send(.text(echo.text), choice: choice) }
        for await event in handle.events {
            switch event {
            case .logits: break
            case .prompt(let scores):
                guard let echo else { break }
                let first = WireFormats.TokenLogProbability(echo.firstPiece, logProbability: nil)
                try await sink.send(.logProbabilities([first] + scores.map(model.wire)), choice: choice)
                try await sink.send(.text(echo.text), choice: choice)
            case .token(let token):
                for part in maker.events(of: token) { try await sink.send(part, choice: choice) }
            case .finished(let reason, let remaining, let statistics):
                for part in maker.events(ofRemaining: remaining) { try await sink.send(part, choice: choice) }
                let end = end(reason, statistics, maker, loadTime: loadTime)
                isCounted = true
                return try await sink.send(end, choice: choice)
            }
        }
        try Task.checkCancellation()
        try await sink.send(
            .failed(WireError(.internal, "the client read too slowly, so the answer was given up")), choice: choice)
    }

    private func end(
        _ reason: Inference.FinishReason, _ statistics: GenerationStatistics, _ maker: ReplyMaker, loadTime: Duration
    ) -> ReplyEvent {
        let total = ContinuousClock.now - start
        metrics.count(model: model.entry.source.name, reason, statistics, total: total)
        let wireReason: WireFormats.FinishReason
        switch reason {
        case .stop(.string(let string)): wireReason = .stopSequence(string)
        case .stop: wireReason = .endOfText
        case .length: wireReason = .length
        case .cancelled, .readerTooSlow: wireReason = .cancelled
        case .failed(let error): return .failed(WireError(error))
        }
        var usage = maker.usage(statistics)
        usage.truncatedTokens = truncatedTokens
        let durations = ReplyDurations(
            total: total.nanoseconds, load: (loadTime + statistics.queueTime).nanoseconds,
            prompt: statistics.prefillTime.nanoseconds, completion: statistics.decodeTime.nanoseconds)
        return .finished(
            ReplySummary(reason: wireReason, usage: usage, durations: durations, context: tokens + maker.generated))
    }
}

extension Duration {
    /// Whole nanoseconds; durations of a process's life fit.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
