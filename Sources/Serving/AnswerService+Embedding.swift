import Inference
import Tokenization
import WireFormats

/// Vectors or scores, and what they cost.
struct EmbeddingAnswer: Sendable {
    var vectors: [[Float]]
    var promptTokens: Int
    var durations: ReplyDurations
}

extension AnswerService {
    /// Turns texts into vectors.
    ///
    /// - Parameter normalized: whether vectors have length 1; one cut to fewer dimensions has in any case.
    func embed(_ request: WireFormats.EmbeddingRequest, normalized: Bool = true) async throws -> EmbeddingAnswer {
        let entry = try catalog.entry(named: request.model)
        let start = ContinuousClock.now
        return try await withEmbedder(entry, keepAlive: request.keepAlive) { model, engine in
            let load = ContinuousClock.now - start
            let wanted = request.options.contextLength.flatMap { $0 > 0 ? $0 : nil }
            let context = min(wanted ?? engine.contextLength, engine.contextLength)
            let inputs = try request.inputs.map { input in
                try tokens(of: input, model, contextLength: context, truncates: request.truncates ?? true)
            }
            var vectors = inputs.isEmpty ? [] : try await engine.embed(inputs, normalized: normalized)
            guard vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
                throw WireError(.invalid, "embedding contains NaN or Inf values")
            }
            if let dimensions = request.dimensions, dimensions > 0 {
                vectors = vectors.map { Self.shortened($0, to: dimensions) }
            }
            let durations = ReplyDurations(
                total: (ContinuousClock.now - start).nanoseconds, load: load.nanoseconds)
            return EmbeddingAnswer(
                vectors: vectors, promptTokens: inputs.reduce(0) { $0 + $1.count }, durations: durations)
        }
    }

    /// Scores documents for a query with a reranker, or by the angle between embeddings.
    func rank(_ request: Rerank.Request) async throws -> (scores: [Float], promptTokens: Int) {
        let entry = try catalog.entry(named: request.model)
        return try await withEmbedder(entry, keepAlive: request.keepAlive) { model, engine in
            let context = engine.contextLength
            let truncates = request.truncates ?? true
            func tokens(_ text: String) throws -> [TokenID] {
                try self.tokens(of: .text(text), model, contextLength: context, truncates: truncates)
            }
            let query = try tokens(request.query)
            let documents = try request.documents.map(tokens)
            let count = query.count * documents.count + documents.reduce(0) { $0 + $1.count }
            guard engine.labelCount > 0 else {
                let vectors = try await engine.embed([query] + documents)
                return (vectors.dropFirst().map { zip($0, vectors[0]).reduce(0) { $0 + $1.0 * $1.1 } }, count)
            }
            let pairs = documents.map { document in
                // The second text loses its own beginning, and both fit together.
                let second = document.dropFirst().prefix(max(context - query.count, 1))
                return EmbeddingText(query + second, secondStart: query.count)
            }
            return (try await engine.score(pairs), count)
        }
    }

    private func withEmbedder<Result: Sendable>(
        _ entry: CatalogEntry, keepAlive: KeepAlive?,
        _ body: @Sendable (ServedModel, EmbeddingEngine) async throws -> Result
    ) async throws -> Result {
        var entry = entry
        entry.source = entry.source.forEmbedding
        let fixed = entry
        return try await manager.withModel(fixed.source, idleTime: keepAlive.idleTime) { loaded in
            guard let engine = loaded.embedding else {
                throw WireError(.unsupported, "\"\(fixed.source.name)\" does not support embeddings")
            }
            return try await body(try ServedModel(fixed, loaded, formats: formats), engine)
        }
    }

    /// The tokens of a text, with the vocabulary's own around it; cut where the caller allows it.
    private func tokens(
        of input: Prompt, _ model: ServedModel, contextLength: Int, truncates: Bool
    ) throws(WireError) -> [TokenID] {
        let tokenizer = model.loaded.tokenizer
        let tokens: [TokenID]
        switch input {
        case .tokens(let given): tokens = Array(given.prefix(truncates ? contextLength : .max))
        case .text(let text): tokens = tokenizer.encodeFramed(text, limit: truncates ? contextLength : .max)
        }
        guard tokens.count <= contextLength else { throw OllamaError.inputTooLong }
        return tokens
    }

    /// The first components, scaled to length 1 again.
    private static func shortened(_ vector: [Float], to count: Int) -> [Float] {
        guard count < vector.count else { return vector }
        let part = vector.prefix(count)
        let length = part.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? part.map { $0 / length } : Array(part)
    }
}
