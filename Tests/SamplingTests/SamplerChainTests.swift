import Foundation
import Sampling
import Testing

@Suite struct SamplerChainTests {
    private func options(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
        var options = SamplingOptions()
        change(&options)
        return options
    }

    private func tokens(
        _ options: SamplingOptions, _ logits: [Float], count: Int, stream: UInt32 = 0
    ) throws -> [Int32] {
        var chain = try SamplerChain(options, vocabularyCount: logits.count, stream: stream)
        var candidates = Candidates()
        return try (0..<count).map { _ in
            let token = try chain.sample(logits.span, using: &candidates)
            chain.accept(token, isPrompt: false)
            return token
        }
    }

    /// Known answers of Random123, the authors' library (kat_vectors, philox 4x32 10).
    @Test func philoxKnownAnswers() {
        #expect(
            RandomSource.block(counter: SIMD4(), key: SIMD2())
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            RandomSource.block(counter: SIMD4(repeating: ~0), key: SIMD2(repeating: ~0))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            RandomSource.block(
                counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                key: SIMD2(0xa409_3822, 0x299f_31d0))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func sameSeedSameTokens() throws {
        let logits = (0..<500).map { Float($0 % 17) / 5 }
        let sampled = options {
            $0.seed = 42; $0.topK = 0
        }
        let first = try tokens(sampled, logits, count: 200)
        #expect(try tokens(sampled, logits, count: 200) == first)
        #expect(try tokens(sampled, logits, count: 200, stream: 1) != first)
        #expect(
            try tokens(
                options {
                    $0.seed = 43; $0.topK = 0
                }, logits, count: 200) != first)
    }

    /// χ² of 20,000 draws against the softmax, seven degrees of freedom: above 24.3 in one of a thousand seeds.
    @Test func drawsFollowTheDistribution() throws {
        let logits: [Float] = [0, 0.5, 1, 1.5, 2, 0.25, -1, 3]
        let plain = options {
            $0.temperature = 1
            ($0.topK, $0.topP, $0.minP) = (0, 1, 0)
        }
        var counts = [Int](repeating: 0, count: logits.count)
        for token in try tokens(plain, logits, count: 20_000) { counts[Int(token)] += 1 }
        let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
        let chi = zip(counts, logits).reduce(0.0) { total, pair in
            let expected = exp(Double(pair.1)) / sum * 20_000
            return total + pow(Double(pair.0) - expected, 2) / expected
        }
        #expect(chi < 24.3)
    }

    @Test func greedyTakesTheFirstOfEqualMaxima() throws {
        let logits: [Float] = [1, 5, .nan, 5, -.infinity]
        #expect(try tokens(.greedy, logits, count: 1) == [1])
        // The long way round, with a bias that changes nothing, agrees.
        #expect(
            try tokens(
                options {
                    $0.temperature = 0; $0.logitBias = [0: 0]
                }, logits, count: 1) == [1])
        #expect(
            try tokens(
                options {
                    $0.temperature = 0; $0.logitBias = [1: -1]
                }, logits, count: 1) == [3])
    }

    /// With the temperature first (vLLM) top-p sees the flattened distribution and keeps more.
    @Test func orderMatters() throws {
        let logits = [0.6, 0.2, 0.1, 0.1].map { Float(log($0)) }
        func kept(_ order: [StageKind]) throws -> Int {
            let hot = options {
                ($0.order, $0.temperature, $0.topP, $0.topK, $0.minP) = (order, 4, 0.7, 0, 0)
            }
            return try Set(tokens(hot, logits, count: 500)).count
        }
        #expect(try kept(StageKind.llamaCppOrder) == 2)
        #expect(try kept(StageKind.vLLMOrder) == 3)
        #expect(try StageKind.order(named: ["top_k", "temp", "nucleus"]) == [.logitBias, .topK, .temperature, .topP])
        #expect(throws: SamplingError.self) { try StageKind.order(named: ["top_q"]) }
    }

    @Test func repetitionOfThePromptCountsAsTheCallerSays() throws {
        var frequency = options {
            ($0.temperature, $0.penalties.frequency, $0.penalties.window) = (0, 10, nil)
        }
        for countsPrompt in [true, false] {
            frequency.penalties.countsPrompt = countsPrompt
            var chain = try SamplerChain(frequency, vocabularyCount: 2)
            var candidates = Candidates()
            chain.accept(1, isPrompt: true)
            let logits: [Float] = [0, 1]
            let token = try chain.sample(logits.span, using: &candidates)
            #expect(token == (countsPrompt ? 0 : 1))
        }
    }

    @Test func maskForbids() throws {
        var mask = TokenMask(vocabularyCount: 4, allowingAll: false)
        let logits: [Float] = [1, 2, 3, 4]
        for sampling in [SamplingOptions.greedy, SamplingOptions(), .vLLM] {
            var chain = try SamplerChain(sampling, vocabularyCount: 4)
            var candidates = Candidates()
            #expect(throws: SamplingError.noCandidate(vocabularyCount: 4)) {
                try chain.sample(logits.span, mask: mask, using: &candidates)
            }
            mask[1] = true
            #expect(try chain.sample(logits.span, mask: mask, using: &candidates) == 1)
            mask[1] = false
        }
    }

    /// Every stage at once, every order, logits of the worst kinds: a token or a typed error, never a trap.
    @Test func hostileLogitsNeverTrap() throws {
        let largest = Float.greatestFiniteMagnitude
        let kinds = [Float.nan, .infinity, -.infinity, largest, -largest, 0, 1, -0.0]
        var random = RandomSource(seed: 5)
        for round in 0..<400 {
            let everything = options {
                $0.seed = UInt64(round)
                $0.order = round % 2 == 0 ? StageKind.llamaCppOrder : StageKind.allCases.shuffled(with: &random)
                $0.temperature = [0, 1e-6, 0.7, 1_000_000][round % 4]
                $0.dynamicTemperatureRange = [0, 0.5][round / 4 % 2]
                ($0.typicalP, $0.topNSigma, $0.topP, $0.minP) = (0.9, 2, 0.9, 0.01)
                ($0.penalties.repetition, $0.penalties.frequency) = ([1_000_000, 0.000_001, 1.1][round % 3], 1_000_000)
                ($0.dry.multiplier, $0.dry.base, $0.dry.window) = (1_000_000, 1_000_000, nil)
                ($0.xtc.probability, $0.xtc.threshold) = (0.5, 0)
                $0.logitBias = [0: -.infinity, 1: 1_000_000]
                $0.minKeep = round % 3
                if round % 5 == 4 {
                    $0.mirostat = .init()
                    $0.mirostat?.version = round % 2 == 0 ? .first : .second
                }
            }
            var chain = try SamplerChain(everything, vocabularyCount: 33)
            var candidates = Candidates()
            for _ in 0..<8 {
                let logits = (0..<33).map { _ in kinds[Int(random.nextUniform() * Double(round % 8 + 1))] }
                do throws(SamplingError) {
                    let token = try chain.sample(logits.span, using: &candidates)
                    #expect(token >= 0 && token < 33 && !logits[Int(token)].isNaN)
                    chain.accept(token, isPrompt: false)
                } catch {
                    #expect(error == .noCandidate(vocabularyCount: 33))
                }
            }
        }
    }

    @Test func wrongLogitCountIsAnError() throws {
        var chain = try SamplerChain(.greedy, vocabularyCount: 3)
        var candidates = Candidates()
        let logits: [Float] = [1, 2]
        #expect(throws: SamplingError.wrongLogitCount(expected: 3, found: 2)) {
            try chain.sample(logits.span, using: &candidates)
        }
    }

    @Test func optionsNameRangeAndFound() {
        func error(_ change: (inout SamplingOptions) -> Void) -> String? {
            do throws(SamplingError) {
                try options(change).validate(vocabularyCount: 10)
                return nil
            } catch { return error.description }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0.temperature = .nan } == "option temperature: expected 0.0 to 1000000.0, found nan")
        #expect(error { $0.topP = 1.5 } == "option top_p: expected 0.0 to 1.0, found 1.5")
        #expect(error { $0.topK = -1 } == "option top_k: expected 0 to 2147483647, found -1")
        #expect(error { $0.logitBias = [10: 1] } == "option logit_bias: expected tokens from 0 to 9, found 10")
        #expect(error { $0.logitBias = [-1: 1] } != nil)
        #expect(error { $0.logitBias = [1: .infinity] } != nil)
        #expect(error { $0.logitBias = [1: -.infinity] } == nil)
        #expect(error { $0.penalties.repetition = 0 } != nil)
        #expect(error { $0.dry.allowedLength = -1 } != nil)
        #expect(error { $0.penalties.window = -1 } != nil)
    }

    @Test func logProbabilitiesAreTheModelsOwn() {
        let logits: [Float] = [1, 2, 3, -.infinity, .nan]
        var candidates = Candidates()
        let found = LogProbabilities(logits.span, chosen: 0, topCount: 2, using: &candidates)
        let normalizer = Float(log(exp(1.0) + exp(2.0) + exp(3.0)))
        #expect(abs(found.chosen.logProbability - (1 - normalizer)) < 1e-6)
        #expect(found.top.map(\.token) == [2, 1])
        #expect(abs(found.top[0].logProbability - (3 - normalizer)) < 1e-6)
        for impossible: Int32 in [3, 4, 9, -1] {
            let found = LogProbabilities(logits.span, chosen: impossible, topCount: 0, using: &candidates)
            #expect(found.chosen.logProbability == LogProbabilities.lowest && found.top.isEmpty)
        }
    }
}

extension Array {
    /// A shuffle that our own random source drives, so that a failure repeats.
    fileprivate func shuffled(with random: inout RandomSource) -> [Element] {
        map { (random.nextUniform(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
