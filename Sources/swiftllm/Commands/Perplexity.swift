import Compute
import Foundation
import Inference
import JSON
import Platform
import Tokenization

extension Command {
    /// `swiftllm perplexity`: how well a model foresees a text.
    package static let perplexity = Command(
        name: "perplexity",
        summary: "Measure how well a model foresees a text.",
        discussion: """
            Cuts the text into chunks of --context tokens and averages −ln p(token) over the second half of each, \
            where every token has at least half a chunk in front of it; prints the exponential of the mean with its \
            standard error. A beginning-of-text token replaces the first of each chunk if the vocabulary adds one. \
            The figures are comparable with llama.cpp's tool of this name at the same chunk length.
            """,
        operands: [CommandOperand("FILE", value: .file, help: "The text, UTF-8.")],
        options: [.optionalModel, .chunkLength, .chunkCount, .keyValueType, .threads, .json],
        examples: [Example("swiftllm perplexity -m model.gguf wiki.test.raw", "The usual measurement.")],
        run: { arguments, output in try PerplexityCommand(arguments).run(output) })
}

extension CommandOption {
    fileprivate static let chunkLength = CommandOption(
        "context", short: "c", value: .integer(8...1_000_000), placeholder: "N",
        help: "Tokens of a chunk. Default 512.")
    fileprivate static let chunkCount = CommandOption(
        "chunks", value: .integer(1...1_000_000), placeholder: "N", help: "Stop after N chunks.")
}

private struct PerplexityCommand {
    private let arguments: Arguments
    private let options: ModelOptions
    private let chunkLength: Int

    init(_ arguments: Arguments) {
        self.arguments = arguments
        options = ModelOptions(arguments)
        chunkLength = arguments.integer(.chunkLength) ?? 512
    }

    func run(_ output: Output) throws {
        let path = arguments.operands[0]
        let text = try InputFile.bytes(path)
        let session = try ModelSession(options)
        let tokenizer = try session.tokenizer()
        let tokens = tokenizer.encode(
            bytes: text, options: EncodingOptions(addingSpecialTokens: false, parsingSpecialTokens: false))
        let available = tokens.count / chunkLength
        guard available > 0 else {
            throw InputError("\(path): has \(tokens.count) tokens, one chunk needs \(chunkLength)")
        }
        let count = min(available, arguments.integer(.chunkCount) ?? available)
        let rows = min(chunkLength, 512)
        let engine = try session.engine(
            batch: BatchLimits(rows: rows, logitRows: rows, sequences: 1), contextLength: chunkLength,
            cache: options.cache, texts: nil)
        let beginning = tokenizer.vocabulary.flags.addsBeginning ? tokenizer.vocabulary.special.bos : nil

        Interruption.watch()
        var losses = RunningMean()
        let progress = Progress(count: count)
        for chunk in 0..<count {
            var window = Array(tokens[chunk * chunkLength..<(chunk + 1) * chunkLength])
            if let beginning { window[0] = beginning }
            try measure(window, engine, &losses)
            progress.show(chunk + 1, perplexity: exp(losses.mean))
            if Interruption.isRequested { break }
        }
        progress.clear()
        let perplexity = exp(losses.mean)
        try arguments.has(.json)
            ? output.write([
                "perplexity": .double(perplexity), "standard_error": .double(perplexity * losses.standardError),
                "tokens": .integer(losses.count), "context": .integer(chunkLength),
            ])
            : output.write("perplexity \(perplexity) ± \(perplexity * losses.standardError) (\(losses.count) tokens)\n")
    }

    /// Adds the losses of a chunk's second half.
    private func measure(_ window: [Int32], _ engine: EngineCore, _ losses: inout RunningMean) throws {
        var request = GenerationRequest(prompt: window)
        request.stop.maximumTokens = 0
        request.returnedLogits = .all
        // Chunks share no prefix on purpose: each is computed whole, as other tools do.
        request.cacheSalt = Array("\(losses.count)".utf8)
        var found: [Double] = []
        var end = FinishReason.cancelled
        try engine.run(request) { event in
            if case .logits(let position, let logits) = event, position >= window.count / 2,
                position + 1 < window.count
            {
                found.append(Self.loss(logits, of: Int(window[position + 1])))
            }
            if case .finished(let reason, _, _) = event { end = reason }
            return .taken
        }
        if case .failed(let error) = end { throw error }
        for loss in found { losses.add(loss) }
    }

    /// `−ln softmax(logits)[token]`.
    private static func loss(_ logits: [Float], of token: Int) -> Double {
        let largest = logits.reduce(-Float.infinity, max)
        let total = logits.reduce(0.0) { $0 + exp(Double($1 - largest)) }
        return log(total) - Double(logits[token] - largest)
    }
}

/// Mean and its standard error, one value at a time (Welford).
private struct RunningMean {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let difference = value - mean
        mean += difference / Double(count)
        squares += difference * (value - mean)
    }

    /// Standard error of the mean.
    var standardError: Double { count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : 0 }
}

/// Chunks done, on the error stream: a line that changes on a terminal, a line now and then in a log.
private struct Progress {
    private let count: Int
    private let start = ContinuousClock.now

    init(count: Int) { self.count = count }

    func show(_ done: Int, perplexity: Double) {
        let isTerminal = StandardStream.error.isTerminal
        guard isTerminal || done == count || done % max(count / 10, 1) == 0 else { return }
        let elapsed = (.now - start) / .seconds(1)
        let left = Int(elapsed / Double(done) * Double(count - done))
        let line = "chunk \(done) of \(count), perplexity \((perplexity * 10000).rounded() / 10000), \(left) s left"
        ErrorStream.write(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
    }

    func clear() { if StandardStream.error.isTerminal { ErrorStream.write("\r\u{1B}[K") } }
}
