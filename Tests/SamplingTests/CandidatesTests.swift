import Foundation
import Sampling
import Testing

@Suite struct CandidatesTests {
    private func randomLogits(_ count: Int, seed: UInt64, distinct: Int = .max) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            let value = random.nextUniform() * 20 - 10
            return distinct == .max ? Float(value) : Float(Int(value) % distinct)
        }
    }

    @Test(arguments: [1, 2, 7, 64, 100, 1009])
    func selectionEqualsSorting(count: Int) {
        for distinct in [Int.max, 3] {
            let logits = randomLogits(count, seed: UInt64(count), distinct: distinct)
            let sorted = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
            for wanted in [1, 2, 3, 40, count / 2, count - 1, count, count + 5] where wanted > 0 {
                var candidates = Candidates()
                candidates.load(logits.span, mask: nil)
                candidates.keepLargest(wanted)
                let kept = min(wanted, count)
                #expect(candidates.count == kept)
                #expect(Array(candidates.tokens[..<kept]) == sorted[..<kept].map { Int32($0) })
                #expect(Array(candidates.logits[..<kept]) == sorted[..<kept].map { logits[$0] })
            }
        }
    }

    /// Truncation of a large vocabulary against the definition: sort, then take while it is not enough.
    @Test(arguments: [Int.max, 40]) func searchEqualsSorting(distinct: Int) throws {
        for spread: Float in [0.05, 0.3, 1] {
            let logits = randomLogits(6000, seed: 11, distinct: distinct).map { $0 * spread }
            let sorted = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
            let weights = sorted.map { Foundation.exp(Double(logits[$0])) }
            let sum = weights.reduce(0, +)
            for threshold: Float in [0.1, 0.5, 0.9, 0.999] {
                var mass = 0.0
                let nucleus =
                    1
                    + (weights.firstIndex {
                        mass += $0 / sum; return mass >= Double(threshold)
                    } ?? 0)
                let kept = try tokensKept(of: logits) { $0.topP = threshold }
                // Sums in another order may differ in the last digit that Float has: one candidate in a million.
                let common = min(kept.count, nucleus)
                #expect(abs(kept.count - nucleus) <= 1 || weights[common - 1] / sum < 1e-6)
                #expect(kept.intersection(sorted[..<common].map { Int32($0) }).count == common)
            }
            for wanted in [1, 256, 257, 1000, 5999, 6000, 7000] {
                let kept = try tokensKept(of: logits) { $0.topK = wanted }
                #expect(kept == Set(sorted.prefix(wanted).map { Int32($0) }))
            }
        }
    }

    private func tokensKept(of logits: [Float], _ change: (inout SamplingOptions) -> Void) throws -> Set<Int32> {
        var options = SamplingOptions.vLLM
        change(&options)
        var chain = try SamplerChain(options, vocabularyCount: logits.count)
        var candidates = Candidates()
        chain.apply(to: logits.span, using: &candidates)
        return Set(candidates.tokens[..<candidates.count])
    }

    @Test func aWorkspaceServesSeveralSequences() {
        var candidates = Candidates()
        for round in 0..<4 {
            let logits = randomLogits(100 + round * 50, seed: UInt64(round))
            candidates.load(logits.span, mask: nil)
            #expect(Array(candidates.tokens[..<candidates.count]) == (0..<Int32(logits.count)).map { $0 })
            #expect(Array(candidates.logits[..<candidates.count]) == logits)
            if round % 2 == 0 { candidates.keepLargest(10) } else { candidates.keep { token, _, _ in token % 3 == 0 } }
        }
    }

    @Test func maskLeavesAllowedTokensFindable() {
        var mask = TokenMask(vocabularyCount: 130, allowingAll: false)
        let allowed: [Int32] = [0, 63, 64, 100, 129]
        for token in allowed { mask[token] = true }
        var candidates = Candidates()
        let logits = randomLogits(130, seed: 1)
        candidates.load(logits.span, mask: mask)
        #expect(Array(candidates.tokens[..<candidates.count]) == allowed)
        for token in Int32(-1)...131 { #expect((candidates.index(of: token) != nil) == allowed.contains(token)) }
        #expect(TokenMask(vocabularyCount: 130, allowingAll: true).words == [~0, ~0, 3])
    }

    @Test func maskOfAnotherLengthIsSafe() {
        var candidates = Candidates()
        let logits = randomLogits(100, seed: 1)
        candidates.load(logits.span, mask: TokenMask(vocabularyCount: 130, allowingAll: true))
        #expect(candidates.count == 100)
        candidates.load(logits.span, mask: TokenMask(vocabularyCount: 30, allowingAll: true))
        #expect(candidates.count == 30)
    }

    /// The bound of the doc comment; the library's double `exp` is the reference.
    @Test func exponentialIsExact() {
        var worst = 0.0
        var x: Float = -87.2
        while x <= 0 {
            let exact = Foundation.exp(Double(x))
            worst = max(worst, abs(Double(exponential(x)) - exact) / exact)
            x += 0.000_97
        }
        #expect(worst < 2e-7)
        #expect(exponential(0) == 1)
        for x: Float in [-88, -1e30, -.infinity, .nan] { #expect(exponential(x) == 0) }
    }

    @Test func probabilitiesSumToOne() {
        for count in [1, 7, 8, 1000, 5000, 100_003] {
            var candidates = Candidates()
            let logits = randomLogits(count, seed: 9)
            candidates.load(logits.span, mask: nil)
            candidates.computeProbabilities()
            let sum = candidates.probabilities[..<count].reduce(0.0) { $0 + Double($1) }
            #expect(abs(sum - 1) < 1e-5)
        }
    }

    @Test func windowRemembersTheLastTokens() {
        for capacity in [1, 2, 5, nil] as [Int?] {
            var window = TokenWindow(capacity: capacity)
            var all: [Int32] = []
            for token in Int32(0)..<12 {
                let forgotten = window.append(token)
                all.append(token)
                let count = min(capacity ?? .max, all.count)
                #expect(window.count == count)
                #expect(forgotten == (all.count > count ? all[all.count - count - 1] : nil))
                #expect((0..<count).map { window[age: $0] } == all.suffix(count).reversed())
            }
        }
    }
}
