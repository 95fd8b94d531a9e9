import Compute
import Foundation
import Models
import TestSupport
import Testing

/// The forward pass against engines that are not ours. Suites that drive a gang are serialized.
@Suite(.serialized) struct GoldenTests {
    /// float32 engines differ in the order of their sums: |difference| ≤ 2e-3 × max(1, largest logit).
    static let tolerance: Float = 2e-3
    /// int8 activations round once per block; llama.cpp and its own float32 expansion differ as much.
    static let meanDivergence = 1e-3

    /// Rounding to eight bits is coarse where heads have 16 to 32 numbers, as here; with experts it also flips choices.
    static let eightBitDivergence = 5e-3

    @Test func everyArchitectureHasAGolden() throws {
        let covered = Set(try Golden.names.map { try Golden(named: $0).architecture }).union(
            try EmbeddingGolden.names.map { try EmbeddingGolden(named: $0).architecture })
        for name in ArchitectureRegistry.names {
            #expect(covered.contains(name), "no golden for architecture \(name)")
        }
    }

    @Test(arguments: Golden.names)
    func logitsAgree(name: String) throws {
        let golden = try Golden(named: name)
        var sequence = try LoneSequence(
            Fixtures.path("goldens/\(golden.model)"), length: golden.tokens.count + golden.greedy.count)
        let logits = sequence.logits(golden.tokens)
        #expect(logits.count == golden.logits.count)
        if let dequantised = golden.logitsDequantised {
            let divergence = min(meanKL(golden.logits, logits), meanKL(dequantised, logits))
            #expect(divergence <= Self.meanDivergence, "mean KL divergence \(divergence) nats")
        } else {
            expectClose(logits, golden.logits)
        }
    }

    @Test("Keys and values in eight bits change little", arguments: Golden.names)
    func eightBitCache(name: String) throws {
        let golden = try Golden(named: name)
        var sequence = try LoneSequence(
            Fixtures.path("goldens/\(golden.model)"), length: golden.tokens.count, cache: .int8)
        let logits = sequence.logits(golden.tokens)
        let divergence = min(
            meanKL(golden.logits, logits), golden.logitsDequantised.map { meanKL($0, logits) } ?? .infinity)
        #expect(divergence <= Self.eightBitDivergence, "mean KL divergence \(divergence) nats")
    }

    @Test(arguments: Golden.names)
    func greedyTextAgrees(name: String) throws {
        let golden = try Golden(named: name)
        guard golden.logitsDequantised == nil else { return }
        var sequence = try LoneSequence(
            Fixtures.path("goldens/\(golden.model)"), length: golden.tokens.count + golden.greedy.count)
        var last = sequence.logits(golden.tokens).last ?? []
        var tokens: [Int32] = []
        for _ in golden.greedy {
            let best = Int32(last.indices.max { last[$0] < last[$1] } ?? 0)
            tokens.append(best)
            last = sequence.logits([best]).last ?? []
        }
        #expect(tokens == golden.greedy)
    }

    private func expectClose(_ found: [[Float]], _ expected: [[Float]]) {
        let largest = expected.joined().map(abs).max() ?? 0
        let bound = Self.tolerance * max(1, largest)
        for (position, (row, wanted)) in zip(found, expected).enumerated() {
            let difference = zip(row, wanted).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference <= bound, "position \(position): difference \(difference), at most \(bound)")
            #expect(argmax(row) == argmax(wanted), "position \(position): another best token")
        }
    }

    private func argmax(_ row: [Float]) -> Int? { row.indices.max { row[$0] < row[$1] } }

    /// Mean over positions of KL(expected ‖ found), in nats.
    private func meanKL(_ expected: [[Float]], _ found: [[Float]]) -> Double {
        let rows = zip(expected, found).map { wanted, row in
            let (p, q) = (logProbabilities(wanted), logProbabilities(row))
            return zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
        }
        return rows.reduce(0, +) / Double(max(rows.count, 1))
    }

    private func logProbabilities(_ logits: [Float]) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let total = log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
        return logits.map { Double($0) - largest - total }
    }
}
