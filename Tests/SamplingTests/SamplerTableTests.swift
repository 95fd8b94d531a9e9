import Foundation
import Sampling
import TestSupport
import Testing

/// Every stage against what llama.cpp's stage of that name leaves (`fixtures/samplers`).
@Suite struct SamplerTableTests {
    struct Table: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let stages: [Stage]
        let history: [Int32]?
        let steps: [Step]

        var testDescription: String { name }

        init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: Keys.self)
            name = try keys.decode(String.self, forKey: .name)
            stages = try keys.decode([Stage].self, forKey: .stages)
            history = try keys.decodeIfPresent([Int32].self, forKey: .history)
            steps = try keys.decodeIfPresent([Step].self, forKey: .steps) ?? [Step(from: decoder)]
        }

        enum Keys: CodingKey { case name, stages, history, steps }
    }

    struct Stage: Decodable, Sendable {
        let stage: String
        let parameters: Parameters
    }

    /// The parameters of all stages; each has some.
    struct Parameters: Decodable, Sendable {
        let t, delta, exponent, p, n, tau, eta, target, decay: Float?
        let k, m, min_keep, last_n, allowed_length: Int?
        let `repeat`, frequency, presence, multiplier, base, probability, threshold: Float?
        let breaker_tokens: [[Int32]]?
        let biases: [[Float?]]?
    }

    /// One step: the logits going in, and what the stage leaves; `null` is minus infinity.
    struct Step: Decodable, Sendable {
        let logits: [Float?]
        let ids: [Int32]
        let probabilities: [Double]
        let selected: Int32?
    }

    static let names = [
        "logit_bias", "penalties", "dry", "top_n_sigma", "top_k", "typical", "top_p", "min_p", "xtc", "temperature",
        "dynamic_temperature", "mirostat", "mirostat_v2", "adaptive_p", "greedy", "chains",
    ]

    static let cases = names.flatMap { name in
        (try? Fixtures.json("samplers/\(name).json", as: Table.self).cases) ?? []
    }

    @Test func tablesAreThere() {
        #expect(Self.cases.count >= 150)
    }

    @Test(arguments: cases) func agreesWithTheTable(_ table: Case) throws {
        let options = try Self.options(table.stages)
        var chain = try SamplerChain(options, vocabularyCount: table.steps[0].logits.count)
        for token in table.history ?? [] { chain.accept(token, isPrompt: false) }
        var candidates = Candidates()
        for step in table.steps {
            let logits = step.logits.map { $0 ?? -.infinity }
            chain.apply(to: logits.span, using: &candidates)
            if let selected = step.selected { chain.observe(selected, in: &candidates) }
            candidates.computeProbabilities()
            let found = Dictionary(
                uniqueKeysWithValues: (0..<candidates.count).map {
                    (candidates.tokens[$0], Double(candidates.probabilities[$0]))
                })
            compare(found, with: step, isGreedy: options.temperature <= 0 && options.dynamicTemperatureRange <= 0)
            if let selected = step.selected, options == .bareGreedy {
                #expect(SamplerChain.argmax(logits.span) == selected)
            }
        }
    }

    /// Greedy options skip stages that cannot matter, so only probabilities are comparable, not who is a candidate.
    private func compare(_ found: [Int32: Double], with step: Step, isGreedy: Bool) {
        if !isGreedy { #expect(Set(found.keys) == Set(step.ids)) }
        for (id, expected) in zip(step.ids, step.probabilities) where !(isGreedy && step.selected != nil) {
            #expect(abs((found[id] ?? 0) - expected) <= 1e-5, "token \(id)")
        }
    }

    private static func options(_ stages: [Stage]) throws -> SamplingOptions {
        var options = SamplingOptions.bare
        options.order = []
        for stage in stages { try apply(stage, to: &options) }
        return options
    }

    /// llama.cpp takes values beyond a range as "off"; our callers' adapters do that before.
    private static func apply(_ stage: Stage, to options: inout SamplingOptions) throws {
        let given = stage.parameters
        options.minKeep = given.min_keep ?? options.minKeep
        switch stage.stage {
        case "logit_bias":
            options.order.append(.logitBias)
            for pair in given.biases ?? [] {
                options.logitBias[Int32(try #require(pair[0])), default: 0] += pair[1] ?? -.infinity
            }
        case "penalties":
            options.order.append(.penalties)
            options.penalties.window = given.last_n
            options.penalties.repetition = try #require(given.repeat)
            options.penalties.frequency = try #require(given.frequency)
            options.penalties.presence = try #require(given.presence)
        case "dry":
            options.order.append(.dry)
            options.dry.multiplier = try #require(given.multiplier)
            options.dry.base = try #require(given.base)
            options.dry.allowedLength = try #require(given.allowed_length)
            options.dry.window = given.last_n
            options.dry.sequenceBreakers = try #require(given.breaker_tokens)
        case "xtc":
            options.order.append(.xtc)
            options.xtc.probability = try #require(given.probability)
            options.xtc.threshold = try #require(given.threshold)
        default:
            try applyTruncation(stage, to: &options)
        }
    }

    private static func applyTruncation(_ stage: Stage, to options: inout SamplingOptions) throws {
        let given = stage.parameters
        switch stage.stage {
        case "top_n_sigma":
            options.order.append(.topNSigma)
            options.topNSigma = max(try #require(given.n), 0)
        case "top_k":
            options.order.append(.topK)
            options.topK = max(try #require(given.k), 0)
        case "typical":
            options.order.append(.typical)
            options.typicalP = min(try #require(given.p), 1)
        case "top_p":
            options.order.append(.topP)
            options.topP = min(try #require(given.p), 1)
        case "min_p":
            options.order.append(.minP)
            options.minP = try #require(given.p)
        case "temperature", "dynamic_temperature":
            options.order.append(.temperature)
            options.temperature = max(try #require(given.t), 0)
            options.dynamicTemperatureRange = given.delta ?? 0
            options.dynamicTemperatureExponent = given.exponent ?? 1
        case "mirostat", "mirostat_v2":
            options.mirostat = .init()
            options.mirostat?.version = stage.stage == "mirostat" ? .first : .second
            options.mirostat?.targetSurprise = try #require(given.tau)
            options.mirostat?.learningRate = try #require(given.eta)
            options.mirostat?.estimatedCount = given.m ?? 100
        case "adaptive_p":
            let target = try #require(given.target)
            guard target >= 0 else { return }
            options.adaptiveP = .init(target: target)
            options.adaptiveP?.decay = try #require(given.decay)
        case "greedy":
            options.order.append(.temperature)
            options.temperature = 0
        default:
            Issue.record("stage \(stage.stage) is in no test")
        }
    }
}

extension SamplingOptions {
    /// Every stage off.
    fileprivate static var bare: SamplingOptions {
        var options = SamplingOptions()
        (options.temperature, options.topK, options.topP, options.minP) = (1, 0, 1, 0)
        return options
    }

    fileprivate static var bareGreedy: SamplingOptions {
        var options = bare
        (options.temperature, options.order) = (0, [.temperature])
        return options
    }
}
