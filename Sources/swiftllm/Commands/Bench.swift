import Compute
import Foundation
import Inference
import JSON
import Models
import Platform
import Sampling

extension Command {
    /// `swiftllm bench`: how fast a model runs here.
    package static let bench = Command(
        name: "bench",
        summary: "Measure how fast a model runs on this machine.",
        discussion: """
            Measures reading a prompt (prefill), generating one text (decode), and generating several texts at once, \
            summed over them. Each figure is the median of --repeat runs after a warm-up. Everything goes through the \
            scheduler and the sampler, as in service. Beside every run the machine itself is measured, with the same \
            threads: loops that only read the model's weights, and loops that only multiply. Generation is held against \
            the first, reading a prompt against the second. The JSON has the keys of the project's measurements of \
            other engines, so that the two lie side by side, and some of its own.
            """,
        options: [
            .optionalModel, .benchPrompt, .benchGenerate, .parallel, .depth, .threads, .keyValueType, .repeatCount,
            .json,
        ],
        examples: [
            Example("swiftllm bench -m model.gguf", "Prompt of 512 tokens, 64 generated."),
            Example(
                "swiftllm bench -m model.gguf --parallel 1,4,8,16 --repeat 5 --json", "Batches too, for a program."),
        ],
        run: { arguments, output in try BenchCommand(arguments).run(output) })
}

extension CommandOption {
    fileprivate static let benchPrompt = CommandOption(
        "prompt", value: .integer(1...1_000_000), placeholder: "N", help: "Tokens of the prompt. Default 512.")
    fileprivate static let benchGenerate = CommandOption(
        "generate", value: .integer(1...1_000_000), placeholder: "N", help: "Tokens to generate. Default 64.")
    fileprivate static let parallel = CommandOption(
        "parallel", value: .text, placeholder: "LIST", help: "Numbers of texts at once, such as 1,4,8,16.")
    fileprivate static let depth = CommandOption(
        "depth", value: .integer(0...1_000_000), placeholder: "N",
        help: "Tokens of context in front of prompt and generation. Default 0.")
    fileprivate static let repeatCount = CommandOption(
        "repeat", short: "r", value: .integer(1...1000), placeholder: "N", help: "Runs of each figure. Default 3.")
}

extension BenchSize {
    init(_ arguments: Arguments, cache: CacheElement) {
        self.init()
        depth = arguments.integer(.depth) ?? depth
        promptCount = arguments.integer(.benchPrompt) ?? promptCount
        generateCount = arguments.integer(.benchGenerate) ?? generateCount
        self.cache = cache
    }
}

private struct BenchCommand {
    private let options: ModelOptions
    private let isJSON: Bool
    private let size: BenchSize
    private let repeatCount: Int
    private let widths: [Int]

    init(_ arguments: Arguments) throws {
        options = ModelOptions(arguments, readsText: false)
        isJSON = arguments.has(.json)
        size = BenchSize(arguments, cache: options.cache)
        repeatCount = arguments.integer(.repeatCount) ?? 3
        widths = try Self.widths(arguments.text(.parallel) ?? "")
    }

    private static func widths(_ list: String) throws -> [Int] {
        try list.split(separator: ",").map { word in
            guard let width = Int(word), (1...256).contains(width) else {
                throw UsageError.invalidValue(
                    of: "--parallel", expected: "numbers from 1 to 256 separated by commas", found: list, nearest: nil)
            }
            return width
        }
    }

    func run(_ output: Output) throws {
        let session = try ModelSession(options)
        let most = widths.max() ?? 1
        let context = size.depth + size.promptCount + size.generateCount + 2
        let engine = try session.engine(
            batch: BatchLimits(rows: 512, logitRows: most, sequences: most), contextLength: context,
            sequences: most, cache: size.cache, texts: nil)
        var race = BenchRace(engine: engine, vocabularyCount: session.model.hyperparameters.vocabularySize)
        Interruption.watch()
        let meter = CeilingMeter(session.backend)
        var ceilings: [MachineCeilings] = []
        let prompt = try median {
            ceilings.append(meter.measure())
            return try race.prefill(size)
        }
        let decode = try median {
            ceilings.append(meter.measure())
            return try race.decode(size, width: 1)
        }
        let parallel = try widths.map { width in
            (width, try median { try race.decode(size, width: width) })
        }
        let work = BenchWork(size, backend: session.backend, forward: session.model.architecture.forward)
        let report = BenchReport(
            session: session, size: size, promptSpeed: prompt, generateSpeed: decode, parallelSpeeds: parallel,
            promptShare: work.prefill(tokensPerSecond: prompt, ceilings: .median(ceilings)),
            generateShare: work.decode(tokensPerSecond: decode, ceilings: .median(ceilings)))
        try isJSON ? output.write(report.json) : output.write(report.text)
    }

    /// Median of the runs after one that warms up; deep contexts are too long to run twice.
    private func median(_ run: () throws -> Double) throws -> Double {
        if size.depth == 0 { _ = try run() }
        var figures: [Double] = []
        for _ in 0..<repeatCount {
            if Interruption.isRequested { throw InterruptedError() }
            figures.append(try run())
        }
        figures.sort()
        return figures[figures.count / 2]
    }
}

/// The measured work: speeds in tokens per second.
private struct BenchRace {
    let engine: EngineCore
    let vocabularyCount: Int
    private var runs = 0

    init(engine: EngineCore, vocabularyCount: Int) {
        self.engine = engine
        self.vocabularyCount = vocabularyCount
    }

    /// Speed of reading a prompt.
    mutating func prefill(_ size: BenchSize) throws -> Double {
        let (depth, prompt) = (size.depth, size.promptCount)
        runs += 1
        if depth >= PagePool.pageTokens {
            // The pages of this request are found in the cache by the next, which so begins behind them.
            try submit(depth: depth, generate: 1, salt: salt(depth)) { _ in }
            drain()
        }
        let start = ContinuousClock.now
        var cached = 0
        try submit(depth: depth, tokens: prompt, generate: 1, salt: salt(depth)) { cached = $0.cachedTokens }
        drain()
        return Double(depth + prompt - cached) / ((.now - start) / .seconds(1))
    }

    /// Speed of generating with `width` texts at once, summed over them.
    mutating func decode(_ size: BenchSize, width: Int) throws -> Double {
        runs += 1
        for index in 0..<width {
            try submit(
                depth: size.generateDepth, generate: size.generateCount + 1,
                salt: width == 1 ? salt(size.depth) : "\(runs).\(index)"
            ) { _ in }
        }
        // Prompts first: every sequence is read when all have as many steps to go.
        while engine.scheduler.waitingCount > 0 || !isDecoding { engine.step() }
        let start = ContinuousClock.now
        var tokens = 0
        while !engine.isIdle {
            tokens += engine.scheduler.running.count
            engine.step()
        }
        return Double(tokens) / ((.now - start) / .seconds(1))
    }

    /// Whether every running sequence only waits for its next token.
    private var isDecoding: Bool {
        engine.scheduler.running.allSatisfy { id in
            engine.scheduler[id].map { $0.missingCount == 1 && $0.computedCount >= $0.promptCount } ?? true
        }
    }

    /// Runs behind a context share its pages; others find nothing in the cache.
    private func salt(_ depth: Int) -> String { depth >= PagePool.pageTokens ? "" : "\(runs)" }

    /// Submits a context that is the same in all runs, and tokens behind it that are not.
    private func submit(
        depth: Int, tokens: Int = 0, generate: Int, salt: String,
        whenFinished: @escaping (GenerationStatistics) -> Void
    ) throws {
        var request = GenerationRequest(
            prompt: (0..<depth + tokens).map { index in
                let place: Int = index < depth ? index : index + 31 * runs
                return Int32((5 + place % 400) % vocabularyCount)
            })
        request.sampling = .greedy
        request.stop.maximumTokens = generate
        request.cacheSalt = Array(salt.utf8)
        _ = try engine.submit(request) { event in
            if case .finished(_, _, let statistics) = event { whenFinished(statistics) }
            return .taken
        }
    }

    private func drain() { while !engine.isIdle { engine.step() } }
}
