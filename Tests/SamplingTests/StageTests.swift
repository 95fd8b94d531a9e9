import Foundation
import Sampling
import Testing

/// What llama.cpp's own sampler test (tests/test-sampling.cpp) expects of each stage.
@Suite struct StageTests {
    /// Probabilities go in as logarithms; what a stage leaves comes out, by token.
    private func run(
        _ probabilities: [Float], last: [Int32] = [], _ turnOn: (inout SamplingOptions) -> Void
    ) throws -> [Int32: Float] {
        var options = Self.off
        turnOn(&options)
        var chain = try SamplerChain(options, vocabularyCount: probabilities.count)
        for token in last { chain.accept(token, isPrompt: false) }
        var candidates = Candidates()
        let logits = probabilities.map { Foundation.log($0) }
        chain.apply(to: logits.span, using: &candidates)
        candidates.computeProbabilities()
        return Dictionary(
            uniqueKeysWithValues: (0..<candidates.count).map { (candidates.tokens[$0], candidates.probabilities[$0]) })
    }

    /// Options with every stage off.
    private static var off: SamplingOptions {
        var options = SamplingOptions()
        (options.temperature, options.topK, options.topP, options.minP) = (1, 0, 1, 0)
        return options
    }

    private func distribution(
        _ probabilities: [Float], _ turnOn: (inout SamplingOptions) -> Void
    ) throws -> [Float] {
        try run(probabilities, turnOn).values.sorted(by: >)
    }

    private func byToken(
        _ probabilities: [Float], last: [Int32] = [], _ turnOn: (inout SamplingOptions) -> Void
    ) throws -> [Float] {
        let found = try run(probabilities, last: last, turnOn)
        return probabilities.indices.map { found[Int32($0)] ?? 0 }
    }

    /// Probabilities of llama.cpp's test are given with six digits and compared to five.
    private func expect(_ found: [Float], near expected: [Float], _ location: SourceLocation = #_sourceLocation) {
        #expect(found.count == expected.count, sourceLocation: location)
        for (one, other) in zip(found, expected) {
            #expect(abs(one - other) < 1e-5, "\(found) against \(expected)", sourceLocation: location)
        }
    }

    private let four: [Float] = [0.1, 0.2, 0.3, 0.4]
    private let even = [Float](repeating: 0.2, count: 5)

    @Test func temperature() throws {
        expect(try distribution(four) { $0.temperature = 1 }, near: [0.4, 0.3, 0.2, 0.1])
        expect(try distribution(four) { $0.temperature = 0 }, near: [1])
    }

    @Test func topK() throws {
        expect(try distribution(four) { $0.topK = 1 }, near: [1])
        expect(try distribution(four) { $0.topK = 3 }, near: [0.44444, 0.33333, 0.22222])
        expect(try distribution(four) { $0.topK = 4 }, near: [0.4, 0.3, 0.2, 0.1])
        expect(try distribution(four) { $0.topK = 9 }, near: [0.4, 0.3, 0.2, 0.1])
    }

    @Test func topP() throws {
        expect(try distribution(four) { ($0.topP, $0.minKeep) = (0, 0) }, near: [1])
        expect(try distribution(four) { ($0.topP, $0.minKeep) = (0.7, 0) }, near: [0.571429, 0.428571])
        expect(try distribution(four) { ($0.topP, $0.minKeep) = (0.8, 0) }, near: [0.44444, 0.33333, 0.22222])
        expect(try distribution(four) { ($0.topP, $0.minKeep) = (0.1, 3) }, near: [0.44444, 0.33333, 0.22222])
    }

    @Test(
        arguments: [
            (0.24, [0.1, 0.2, 0.3, 0.4]), (0.26, [0.2, 0.3, 0.4]), (0.49, [0.2, 0.3, 0.4]), (0.51, [0.3, 0.4]),
            (0.74, [0.3, 0.4]), (0.76, [0.4]), (1.0, [0.4]),
        ] as [(Float, [Float])])
    func minP(threshold: Float, kept: [Float]) throws {
        let sum = kept.reduce(0, +)
        let expected = kept.reversed().map { $0 / sum }
        expect(try distribution(four) { ($0.minP, $0.minKeep) = (threshold, 0) }, near: expected)
    }

    @Test func minKeepOverrulesMinP() throws {
        expect(try distribution(four) { ($0.minP, $0.minKeep) = (0.76, 2) }, near: [0.571429, 0.428571])
    }

    @Test(
        arguments: [(0.09, [0.1]), (0.19, [0.2, 0.1]), (0.29, [0.3, 0.2, 0.1]), (0.39, [0.4, 0.3, 0.2, 0.1])]
            as [(Float, [Float])])
    func xtc(threshold: Float, kept: [Float]) throws {
        let sum = kept.reduce(0, +)
        let found = try distribution([0.4, 0.3, 0.2, 0.1]) { ($0.xtc.probability, $0.xtc.threshold) = (1, threshold) }
        expect(found, near: kept.map { $0 / sum })
    }

    @Test func xtcActsAsOftenAsItsProbability() throws {
        var options = Self.off
        (options.xtc.probability, options.xtc.threshold) = (0.3, 0.1)
        var chain = try SamplerChain(options, vocabularyCount: 3)
        var candidates = Candidates()
        let logits: [Float] = [3, 2.9, 2.8]
        var acted = 0
        for _ in 0..<10_000 {
            chain.apply(to: logits.span, using: &candidates)
            if candidates.count < 3 { acted += 1 }
        }
        // Five standard deviations of a binomial with p = 0.3: √(10⁴ · 0.21) = 46.
        #expect(abs(acted - 3000) < 5 * 46)
    }

    @Test func typical() throws {
        expect(try distribution([0.97, 0.01, 0.01, 0.01]) { $0.typicalP = 0.5 }, near: [1])
        expect(
            try distribution([0.4, 0.2, 0.2, 0.2]) { $0.typicalP = 0.5 },
            near: [Float](repeating: 1 / 3, count: 3))
    }

    @Test func topNSigma() throws {
        expect(try byToken(four) { $0.topNSigma = 1 }, near: [0, 0, 0.428571, 0.571429])
        expect(try byToken(four) { $0.topNSigma = 3 }, near: four)
    }

    private func penalties(
        _ repetition: Float, _ frequency: Float, _ presence: Float
    ) -> (inout SamplingOptions) -> Void {
        { options in
            options.penalties.repetition = repetition
            (options.penalties.frequency, options.penalties.presence) = (frequency, presence)
        }
    }

    @Test func penalties() throws {
        expect(try byToken(even, last: [0], penalties(50, 0, 0)), near: [0, 0.25, 0.25, 0.25, 0.25])
        expect(try byToken(even, last: [0, 1, 2], penalties(50, 0, 0)), near: [0, 0, 0, 0.5, 0.5])
        expect(try byToken(even, last: [0, 1, 2, 0, 0], penalties(50, 0, 0)), near: [0, 0, 0, 0.5, 0.5])
        expect(
            try byToken(even, last: [0], penalties(1, 5, 5)),
            near: [0.000011, 0.249997, 0.249997, 0.249997, 0.249997])
        expect(
            try byToken(even, last: [0, 1, 2], penalties(1, 5, 5)),
            near: [0.000023, 0.000023, 0.000023, 0.499966, 0.499966])
        expect(
            try byToken(even, last: [0, 1, 2, 0, 0], penalties(1, 5, 5)),
            near: [0.000000, 0.000023, 0.000023, 0.499977, 0.499977])
    }

    @Test func penaltiesForgetWhatLeavesTheWindow() throws {
        var options = Self.off
        (options.penalties.frequency, options.penalties.window, options.penalties.countsPrompt) = (1, 2, false)
        var chain = try SamplerChain(options, vocabularyCount: 5)
        for token: Int32 in [0, 1] { chain.accept(token, isPrompt: true) }
        for token: Int32 in [2, 2, 3] { chain.accept(token, isPrompt: false) }
        var candidates = Candidates()
        let logits = [Float](repeating: 0, count: 5)
        chain.apply(to: logits.span, using: &candidates)
        // The window holds 2 and 3: of each one generated occurrence.
        expect(Array(candidates.logits), near: [0, 0, -1, -1, 0])
    }

    private func dry(
        multiplier: Float = 1, allowedLength: Int = 2, breakers: [[Int32]] = []
    ) -> (inout SamplingOptions) -> Void {
        { options in
            (options.dry.multiplier, options.dry.base, options.dry.window) = (multiplier, 1.1, nil)
            (options.dry.allowedLength, options.dry.sequenceBreakers) = (allowedLength, breakers)
        }
    }

    @Test func dry() throws {
        let quarter = [Float](repeating: 0.25, count: 4)
        expect(try byToken(quarter, last: [0, 1], dry()), near: quarter)
        expect(
            try byToken(quarter, last: [0, 1, 2, 0, 1], dry()), near: [0.296923, 0.296923, 0.109232, 0.296923])
        expect(try byToken(even, last: [0, 1, 3, 4, 0, 1], dry(breakers: [[3]])), near: even)
        expect(
            try byToken(even, last: [0, 1, 2, 0, 1], dry(multiplier: 2)),
            near: [0.241818, 0.241818, 0.032727, 0.241818, 0.241818])
        expect(try byToken(even, last: [0, 1, 2, 3, 4, 0, 1], dry(allowedLength: 4)), near: even)
    }

    /// The definition, quadratic: for each token, the longest suffix of the text that occurred before it.
    private func longestRepeats(_ text: [Int32], limit: Int) -> [Int32: Int] {
        var longest: [Int32: Int] = [:]
        for end in 1..<text.count {
            var length = 0
            while length < end, length < limit, text[end - 1 - length] == text[text.count - 1 - length] { length += 1 }
            longest[text[end]] = max(longest[text[end]] ?? 0, length)
        }
        return longest
    }

    @Test func dryFindsTheLongestRepeats() throws {
        var random = RandomSource(seed: 3)
        for round in 0..<300 {
            let text = (0..<(5 + round % 60)).map { _ in Int32(random.nextUniform() * 3) }
            let found = try byToken([0.25, 0.25, 0.25, 0.25], last: text, dry())
            let penalties = longestRepeats(text, limit: text.count).mapValues { length in
                length >= 2 ? pow(Float(1.1), Float(length - 2)) : 0
            }
            let weights = (0..<4).map { exp(-(penalties[Int32($0)] ?? 0)) }
            expect(found, near: weights.map { $0 / weights.reduce(0, +) })
        }
    }

    @Test func mirostatKeepsTheSurpriseNearItsTarget() throws {
        var options = SamplingOptions()
        options.mirostat = SamplingOptions.Mirostat()
        options.mirostat?.targetSurprise = 3
        options.temperature = 1
        for version in [SamplingOptions.Mirostat.Version.first, .second] {
            options.mirostat?.version = version
            var chain = try SamplerChain(options, vocabularyCount: 1000)
            var candidates = Candidates()
            let logits = (0..<1000).map { -1.1 * Foundation.log(Float($0 + 1)) }  // Zipf: what mirostat 1 assumes
            var total: Float = 0
            for step in 0..<2000 {
                let token = try chain.sample(logits.span, using: &candidates)
                candidates.computeProbabilities()
                let position = try #require(candidates.index(of: token))
                if step >= 1000 { total -= Foundation.log2(candidates.probabilities[position]) }
            }
            #expect(abs(total / 1000 - 3) < 0.3, "\(version)")
        }
    }
}
