import Compute
import Foundation
import Platform
import Testing

/// Choice and computation of experts against their formulas.
@Suite("Experts")
struct ExpertTests {
    static let gatings: [ExpertRouting.Gating] = [.softmax, .softmaxOfChosen, .sigmoid]

    @Test("Choice and weights", arguments: gatings, [true, false])
    func choice(gating: ExpertRouting.Gating, normalizes: Bool) throws {
        for (rows, experts, used) in [(1, 4, 1), (9, 8, 2), (33, 60, 8), (5, 17, 17)] {
            var random = RandomNumbers(seed: UInt64(experts * 10 + used))
            let logits = random.rows(rows, experts, scale: 4)
            let bias = random.rows(1, experts, scale: 0.1)[0]
            var routing = ExpertRouting(usedCount: used, gating: gating, normalizesWeights: normalizes)
            routing.scale = 2.5
            let bench = Bench()
            let table = try bench.matrix(logits)
            routing.choiceBias = try bench.backend.load(vector: bias)
            let found = try bench.run(rows: rows) { pass in
                pass.finish(logits: pass.routeExperts(pass.embed(table), routing).weights)
            }
            let chosen = try bench.run(rows: rows) { pass in
                pass.finish(logits: pass.routeExperts(pass.embed(table), routing).experts)
            }
            let expected = logits.map { Self.choice($0, bias, routing) }
            #expect(chosen == expected.map { $0.map { Float($0.expert) } })
            #expect(distance(found, expected.map { $0.map(\.weight) }) < OperationTests.tolerance)
        }
    }

    @Test("Of equal experts the first is chosen, and NaN does no harm")
    func degenerateChoice() throws {
        let bench = Bench()
        let table = try bench.matrix([[1, 1, 1, 1], [.nan, .nan, .nan, .nan], [0, .nan, 5, 5]])
        let routing = ExpertRouting(usedCount: 2, gating: .softmaxOfChosen)
        let chosen = try bench.run(rows: 3) { pass in
            pass.finish(logits: pass.routeExperts(pass.embed(table), routing).experts)
        }
        #expect(chosen[0] == [0, 1])
        #expect(chosen[1] == [0, 1])
        #expect(chosen[2] == [2, 3])
    }

    @Test("Feed-forward", arguments: GateFunction.allCases, [1, 2, 3])
    func feedForward(function: GateFunction, threads: Int) throws {
        for (rows, experts, used) in [(1, 4, 2), (23, 7, 3), (40, 3, 3)] {
            var random = RandomNumbers(seed: UInt64(rows * experts))
            let (width, inner) = (40, 56)
            let (x, logits) = (random.rows(rows, width), random.rows(rows, experts))
            let gate = (0..<experts).map { _ in random.rows(inner, width) }
            let up = (0..<experts).map { _ in random.rows(inner, width) }
            let down = (0..<experts).map { _ in random.rows(width, inner) }
            let bench = Bench(threads: threads)
            let (inputs, scores) = (try bench.matrix(x), try bench.matrix(logits))
            let weights = GatedFeedForward(
                gate: try bench.matrices(gate), up: try bench.matrices(up), down: try bench.matrices(down),
                function: function)
            let routing = ExpertRouting(usedCount: used)
            let found = try bench.run(rows: rows) { pass in
                let chosen = pass.routeExperts(pass.embed(scores), routing)
                pass.finish(logits: pass.expertFeedForward(pass.embed(inputs), chosen, weights))
            }
            let expected = zip(x, logits).map { row, logits in
                Self.choice(logits, [Float](repeating: 0, count: experts), routing).reduce(
                    [Double](repeating: 0, count: width)
                ) { sum, choice in
                    let hidden = zip(gate[choice.expert], up[choice.expert]).map { gate, up in
                        Self.apply(function, Reference.dot(row, gate)) * Reference.dot(row, up)
                    }
                    return zip(sum, down[choice.expert]).map { sum, weights in
                        sum + choice.weight * zip(hidden, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
                    }
                }
            }
            #expect(distance(found, expected) < OperationTests.tolerance)
        }
    }

    private static func apply(_ function: GateFunction, _ x: Double) -> Double {
        switch function {
        case .silu: x / (1 + exp(-x))
        case .geluTanh: x / 2 * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
        case .geluErf: x / 2 * (1 + erf(x / 2.0.squareRoot()))
        }
    }

    private static func choice(
        _ logits: [Float], _ bias: [Float], _ routing: ExpertRouting
    ) -> [(expert: Int, weight: Double)] {
        let logits = logits.map(Double.init)
        let scores =
            switch routing.gating {
            case .softmax: Reference.softmax(logits)
            case .softmaxOfChosen: logits
            case .sigmoid: logits.map { 1 / (1 + exp(-$0)) }
            }
        let order = scores.indices.sorted { scores[$0] + Double(bias[$0]) > scores[$1] + Double(bias[$1]) }
        let chosen = order.prefix(routing.usedCount)
        var weights = chosen.map { scores[$0] }
        if routing.gating == .softmaxOfChosen { weights = Reference.softmax(weights) }
        let sum = routing.normalizesWeights ? weights.reduce(0, +) : 1
        return zip(chosen, weights).map { ($0, $1 / sum * Double(routing.scale)) }
    }
}
