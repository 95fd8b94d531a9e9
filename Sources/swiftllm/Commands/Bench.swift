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
            scheduler and the sampler, as in service. The JSON has the keys of the project's measurements of other \
            engines, so that the two lie side by side.
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

private struct BenchCommand {
    private let options: ModelOptions
    private let isJSON: Bool
    private let promptCount: Int
    private let generateCount: Int
    private let depth: Int
    private let repeatCount: Int
    private let widths: [Int]

    init(_ arguments: Arguments) throws {
        options = ModelOptions(arguments)
        isJSON = arguments.has(.json)
        promptCount = arguments.integer(.benchPrompt) ?? 512
        generateCount = arguments.integer(.benchGenerate) ?? 64
        depth = arguments.integer(.depth) ?? 0
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
        let context = depth + promptCount + generateCount + 2
        let engine = try session.engine(
            batch: BatchLimits(rows: 512, logitRows: most, sequences: most), contextLength: context,
            sequences: most, cache: options.cache, texts: nil)
        var race = BenchRace(engine: engine, vocabularyCount: session.model.hyperparameters.vocabularySize)
        Interruption.watch()
        let prompt = try median { try race.prefill(depth: depth, prompt: promptCount) }
        let decode = try median { try race.decode(width: 1, depth: depth, count: generateCount) }
        let parallel = try widths.map { width in
            (width, try median { try race.decode(width: width, depth: depth, count: generateCount) })
        }
        let report = BenchReport(
            session: session, options: options, depth: depth, promptCount: promptCount, promptSpeed: prompt,
            generateSpeed: decode, parallelSpeeds: parallel)
        try isJSON ? output.write(report.json) : output.write(report.text)
    }

    /// Median of the runs after one that warms up; deep contexts are too long to run twice.
    private func median(_ run: () throws -> Double) throws -> Double {
        if depth == 0 { _ = try run() }
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

    /// Speed of reading a prompt behind `depth` tokens.
    mutating func prefill(depth: Int, prompt: Int) throws -> Double {
        runs += 1
        let salt = "\(runs)"
        if depth >= PagePool.pageTokens {
            // The pages of this request are found in the cache by the next, which so begins behind them.
            try submit(tokens: depth, generate: 1, salt: salt) { _ in }
            drain()
        }
        let start = ContinuousClock.now
        var cached = 0
        try submit(tokens: depth + prompt, generate: 1, salt: salt) { cached = $0.cachedTokens }
        drain()
        return Double(depth + prompt - cached) / ((.now - start) / .seconds(1))
    }

    /// Speed of generating with `width` texts at once, summed over them.
    mutating func decode(width: Int, depth: Int, count: Int) throws -> Double {
        runs += 1
        for index in 0..<width {
            try submit(tokens: max(depth, 8), generate: count + 1, salt: "\(runs).\(index)") { _ in }
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

    private func submit(
        tokens: Int, generate: Int, salt: String, whenFinished: @escaping (GenerationStatistics) -> Void
    ) throws {
        var request = GenerationRequest(prompt: (0..<tokens).map { Int32((5 + $0 % 400) % vocabularyCount) })
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

/// The figures, for people and for programs.
private struct BenchReport {
    let session: ModelSession
    let options: ModelOptions
    let depth: Int
    let promptCount: Int
    let promptSpeed: Double
    let generateSpeed: Double
    let parallelSpeeds: [(width: Int, speed: Double)]

    private var timeToFirstToken: Double { Double(promptCount) / promptSpeed }
    private var weightBytes: Int { session.backend.memory.weightBytes }

    var json: JSONValue {
        [
            "engine": "swiftllm", "model": .string(session.name), "threads": .integer(session.threadCount),
            "load_s": .double(rounded(session.loadTime / .seconds(1), 3)), "depth": .integer(depth),
            "kv": options.cache == .float16 ? "f16" : "f32", "prompt_tps": .double(rounded(promptSpeed, 2)),
            "generate_tps": .double(rounded(generateSpeed, 2)),
            "parallel_tps": .object(
                JSONObject(parallelSpeeds.map { ("\($0.width)", .double(rounded($0.speed, 2))) })),
            "ttft_s": .double(rounded(timeToFirstToken, 3)),
            "peak_memory_bytes": .integer(SystemMemory.peakBytes), "weight_bytes": .integer(weightBytes),
        ]
    }

    var text: String {
        var rows = [
            ["model", session.name],
            ["load", "\(rounded(session.loadTime / .seconds(1), 2)) s, \(ByteSize(weightBytes)) of weights"],
            ["prompt", "\(rounded(promptSpeed, 1)) tokens/s (\(promptCount) tokens, behind \(depth))"],
            ["generation", "\(rounded(generateSpeed, 1)) tokens/s"],
        ]
        rows += parallelSpeeds.map { ["\($0.width) at once", "\(rounded($0.speed, 1)) tokens/s, summed"] }
        rows += [
            ["first token", "after \(rounded(timeToFirstToken, 3)) s"],
            ["memory", "\(ByteSize(SystemMemory.peakBytes)) at most"],
        ]
        return TextTable(rows).text
    }

    private func rounded(_ value: Double, _ digits: Int) -> Double {
        let factor = pow(10, Double(digits))
        return (value * factor).rounded() / factor
    }
}
