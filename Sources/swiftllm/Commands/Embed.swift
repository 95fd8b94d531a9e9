import Foundation
import Inference
import JSON
import Models
import Tokenization

extension Command {
    /// `swiftllm embed`: texts to vectors.
    package static let embed = Command(
        name: "embed",
        summary: "Print embeddings of texts, or a reranker's scores.",
        discussion: """
            Prints one line for each text: its embedding, a JSON array of numbers, of length 1 unless --raw is given. \
            Any model can be asked: encoders such as BERT are made for it, of a model that generates text it is the \
            state of its last token. The texts are the arguments, or the lines of standard input.

            With --query and a reranker the texts are documents, and each line is the score of the document for the \
            query; with several labels an array of scores.

            With --json-lines each line of standard input is a JSON string, or an object with "text" or with \
            "tokens", numbers that are taken as they are.
            """,
        operands: [CommandOperand("TEXT", count: .any, help: "The texts; lines of standard input if there is none.")],
        options: [
            .embeddingModel, .query, .pooling, .raw, .context, .jsonLines, .embeddingTime, .threads, .dimensions,
            .truncate, .keepAlive,
        ],
        examples: [
            Example("swiftllm embed -m all-minilm.gguf 'a cat' 'a kitten'", "Two vectors."),
            Example(
                "swiftllm embed -m reranker.gguf --query 'what is a panda?' < passages.txt", "A score for each line."),
        ],
        run: { arguments, output in
            if let served = try ServedEmbedding(arguments, output) { return try await served.run() }
            try EmbedCommand(arguments).run(output)
        })
}

extension CommandOption {
    fileprivate static let embeddingModel = CommandOption(
        "model", short: "m", value: .file, placeholder: "MODEL",
        help: "The model: a GGUF file (any part of a split one), or the name of a stored model, for which a server is "
            + "asked.")
    fileprivate static let query = CommandOption(
        "query", value: .text, placeholder: "TEXT", help: "Score the texts for this query, with a reranker.")
    fileprivate static let pooling = CommandOption(
        "pooling", value: .choice(["mean", "first", "last"]), placeholder: "KIND",
        help: "How the states of a text's tokens become one vector: mean, first or last; by default as the file says.")
    fileprivate static let raw = CommandOption("raw", help: "Do not scale embeddings to length 1.")
    fileprivate static let context = CommandOption(
        "context", short: "c", value: .integer(1...1 << 24), placeholder: "N",
        help: "Tokens of the longest text; what is longer loses its end. By default what the model was trained for.")
    fileprivate static let embeddingTime = CommandOption(
        "time", help: "Print what computing took to the error stream.")
}

private struct EmbedCommand {
    private let options: ModelOptions
    private let texts: [String]
    private let query: String?
    private let pooling: Pooling?
    private let isNormalized: Bool
    private let contextLength: Int?
    private let readsJSON: Bool
    private let printsTime: Bool

    init(_ arguments: Arguments) throws {
        _ = try arguments.required(.model)
        options = ModelOptions(arguments)
        query = arguments.text(.query)
        pooling = arguments.text(.pooling).map { ["mean": .mean, "first": .first, "last": .last][$0] ?? .mean }
        isNormalized = !arguments.has(.raw)
        contextLength = arguments.integer(.context)
        readsJSON = arguments.has(.jsonLines)
        printsTime = arguments.has(.embeddingTime)
        texts = arguments.operands
        if readsJSON, !texts.isEmpty || query != nil {
            throw UsageError.conflict("--json-lines reads standard input: TEXT and --query exclude it")
        }
        if query != nil, pooling != nil { throw UsageError.conflict("--query and --pooling exclude each other") }
    }

    func run(_ output: Output) throws {
        let session = try ModelSession(options)
        let core = try session.embeddingCore(EmbeddingOptions(contextLength: contextLength))
        let inputs = try inputs(try session.tokenizer(), limit: core.contextLength)
        let start = ContinuousClock.now
        let request = EmbeddingRequest(
            texts: inputs, pooling: query == nil ? pooling : .rank, normalized: isNormalized)
        let rows: [[[Float]]]
        do { rows = try core.compute(request) } catch { throw InputError("\(session.name): \(error)") }
        if printsTime { report(.now - start, inputs) }
        for row in rows.compactMap(\.first) {
            try output.write(row.count == 1 ? .float(row[0]) : .floats(row))
        }
    }

    private func inputs(_ tokenizer: Tokenizer, limit: Int) throws -> [EmbeddingText] {
        if readsJSON { return try jsonLines(tokenizer, limit: limit) }
        let texts = texts.isEmpty ? Array(AnyIterator { readLine() }) : texts
        guard let query else { return texts.map { framed($0, tokenizer, limit: limit) } }
        return texts.map { text in
            let pair = tokenizer.encodePair(query, text, limit: limit)
            return EmbeddingText(pair.tokens, secondStart: pair.secondStart)
        }
    }

    private func jsonLines(_ tokenizer: Tokenizer, limit: Int) throws -> [EmbeddingText] {
        var inputs: [EmbeddingText] = []
        while let line = readLine() {
            do {
                let value = try JSONParser.parse(line)
                if let text = value.stringValue ?? value["text"]?.stringValue {
                    inputs.append(framed(text, tokenizer, limit: limit))
                } else if let tokens = value["tokens"]?.arrayValue {
                    inputs.append(EmbeddingText(try tokens.map(Self.token)))
                } else {
                    throw InputError("expected a string or an object with \"text\" or \"tokens\"")
                }
            } catch { throw InputError("standard input, line \(inputs.count + 1): \(error)") }
        }
        return inputs
    }

    private static func token(_ value: JSONValue) throws -> Int32 {
        guard let token = value.intValue.flatMap({ Int32(exactly: $0) }) else {
            throw InputError("expected numbers in \"tokens\", found \(value)")
        }
        return token
    }

    /// A text between the tokens that the vocabulary puts around it; one that is too long loses its end, not them.
    private func framed(_ text: String, _ tokenizer: Tokenizer, limit: Int) -> EmbeddingText {
        EmbeddingText(tokenizer.encodeFramed(text, limit: limit))
    }

    private func report(_ time: Duration, _ inputs: [EmbeddingText]) {
        let tokens = inputs.reduce(0) { $0 + $1.tokens.count }
        let seconds = max(time / .seconds(1), 1e-9)
        let report: JSONValue = [
            "texts": .integer(inputs.count), "tokens": .integer(tokens),
            "seconds": .double((seconds * 1e4).rounded() / 1e4),
            "tokens_per_second": .double((Double(tokens) / seconds).rounded()),
        ]
        FileHandle.standardError.write(Data("\(report)\n".utf8))
    }
}
