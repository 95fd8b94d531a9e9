import Compute
import Inference
import JSON
import Models
import Sampling

extension Command {
    /// `swiftllm logits`: what other engines are compared with.
    package static let logits = Command(
        name: "logits",
        summary: "Print a model's logits, or embedding, for given tokens.",
        discussion: """
            Computes exactly the given tokens as one prompt, nothing added in front, and prints the scores of the \
            whole vocabulary as one JSON object: {"logits": […]} for the last position, {"logits": [[…], …]} for \
            every position with --all. --generate N adds "greedy": the N tokens that follow when the largest logit is \
            taken each time; end-of-text does not stop it.

            A model that gives embeddings and no logits prints {"embedding": […]}, pooled as the file says and not \
            normalised, or with --all {"embedding": [[…], …]}, the state of every token.
            """,
        options: [.model, .tokenList, .all, .generate, .keyValueType, .threads, .json],
        examples: [
            Example(
                "swiftllm logits -m model.gguf --tokens 1,15043,3186 --all --kv-type f32 --json",
                "Scores to hold against another engine's.")
        ],
        run: { arguments, output in try LogitsCommand(arguments).run(output) })
}

extension CommandOption {
    fileprivate static let tokenList = CommandOption(
        "tokens", value: .text, placeholder: "IDS", help: "The prompt: token numbers, separated by commas.")
    fileprivate static let all = CommandOption("all", help: "Print the logits of every position.")
    fileprivate static let generate = CommandOption(
        "generate", value: .integer(0...1_000_000), placeholder: "N", help: "Also continue greedily by N tokens.")
}

private struct LogitsCommand {
    private let options: ModelOptions
    private let tokens: [Int32]
    private let printsAll: Bool
    private let generateCount: Int

    init(_ arguments: Arguments) throws {
        _ = try arguments.required(.model)
        options = ModelOptions(arguments, readsText: false)
        tokens = try Self.tokens(try arguments.required(.tokenList))
        printsAll = arguments.has(.all)
        generateCount = arguments.integer(.generate) ?? 0
    }

    private static func tokens(_ list: String) throws -> [Int32] {
        try list.split(separator: ",").map { word in
            guard let token = Int32(word.filter { $0 != " " }) else {
                throw UsageError.invalidValue(
                    of: "--tokens", expected: "numbers separated by commas", found: String(word), nearest: nil)
            }
            return token
        }
    }

    func run(_ output: Output) throws {
        let session = try ModelSession(options)
        guard session.model.generatesText else { return try embed(session, output) }
        let engine = try session.engine(
            batch: BatchLimits(rows: 512, logitRows: printsAll ? 512 : 1, sequences: 1),
            contextLength: tokens.count + generateCount, cache: options.cache, texts: nil)
        var request = GenerationRequest(prompt: tokens)
        request.sampling = .greedy
        request.stop.maximumTokens = generateCount
        request.returnedLogits = printsAll ? .all : .generated
        var rows: [JSONValue] = []
        var greedy: [JSONValue] = []
        var end = FinishReason.cancelled
        try engine.run(request) { event in
            switch event {
            case .logits(let position, let logits):
                // Rows of generated tokens are not asked for.
                if position < tokens.count { rows.append(.array(logits.map { .float($0) })) }
            case .prompt: break
            case .token(let token): greedy.append(.integer(token.token))
            case .finished(let reason, _, _): end = reason
            }
            return .taken
        }
        if case .failed(let error) = end { throw error }
        let found: JSONValue = printsAll ? .array(rows) : rows.last ?? .null
        try output.write(generateCount > 0 ? ["logits": found, "greedy": .array(greedy)] : ["logits": found])
    }

    private func embed(_ session: ModelSession, _ output: Output) throws {
        guard generateCount == 0 else {
            throw UsageError.conflict("--generate: \(session.name) gives embeddings and generates no text")
        }
        var embedding = EmbeddingOptions()
        embedding.cache = options.cache
        let request = EmbeddingRequest(
            texts: [EmbeddingText(tokens)], pooling: printsAll ? .perToken : nil, normalized: false)
        let rows = try session.embeddingCore(embedding).compute(request)[0].map { JSONValue.floats($0) }
        try output.write(["embedding": printsAll ? .array(rows) : rows.first ?? .null])
    }
}

extension JSONValue {
    static func floats(_ values: [Float]) -> JSONValue { .array(values.map { .float($0) }) }
}
