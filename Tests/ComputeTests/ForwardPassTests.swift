import Testing

import Compute
import Platform

@Suite("Forward pass")
struct ForwardPassTests {
    @Test("A plan needs the stream and the largest layer")
    func plan() {
        let table = WeightHandle(index: 0, rows: 100, columns: 40, matrixCount: 1)
        let wide = WeightHandle(index: 1, rows: 70, columns: 40, matrixCount: 1)
        let back = WeightHandle(index: 2, rows: 40, columns: 70, matrixCount: 1)
        let plan = ForwardPass.plan(for: BatchLimits(rows: 8, logitRows: 2, sequences: 2)) { pass in
            var x = pass.embed(table)
            for layer in 0..<3 {
                pass.enter(layer: layer)
                x = pass.add(x, pass.linear(pass.linear(x, wide), back))
            }
            pass.finish(logits: pass.linear(pass.outputRows(x), wide))
        }
        let layer = 8 * (80 + 48)
        let head = 2 * (48 + 80)
        #expect(plan.floatCount == 8 * 48 + layer + head)
        #expect(plan.inputColumns == 70)
    }

    @Test("A plan counts what a step reads and computes")
    func work() throws {
        let bench = Bench(threads: 1)
        let rows = [[Float]](repeating: [Float](repeating: 1, count: 32), count: 48)
        let table = try bench.matrix(rows)
        let experts = try bench.matrices([[[Float]]](repeating: rows.prefix(32).map { $0 }, count: 5))
        let mixture = GatedFeedForward(gate: experts, up: experts, down: experts)
        let plan = ForwardPass.plan(for: BatchLimits(rows: 7, logitRows: 2, sequences: 1)) { pass in
            let x = pass.embed(table)
            pass.enter(layer: 0)
            let chosen = pass.routeExperts(pass.linear(x, table), ExpertRouting(usedCount: 3))
            let y = pass.expertFeedForward(x, chosen, mixture)
            pass.finish(logits: pass.linear(pass.outputRows(y), table))
        }
        try bench.backend.finishLoading { _ in }
        // Two products with the table, and three experts' three matrices, in float32.
        #expect(bench.backend.weightBytes(plan.work) == 4 * 32 * (2 * 48 + 9 * 32))
        let operations = bench.backend.operations(plan.work)
        let products = 32 * (7 * 48 + 2 * 48 + 7 * 9 * 32)
        #expect(operations == [.float32: Double(2 * products)])
    }

    @Test("Ceilings are measured for every instruction set", arguments: Bench.featureSets)
    func ceilings(features: CPUFeatures) throws {
        let bench = Bench(features: features)
        _ = try bench.matrix([[Float]](repeating: [Float](repeating: 1, count: 256), count: 1000))
        try bench.backend.finishLoading { _ in }
        let ceilings = CeilingMeter(bench.backend).measure()
        #expect(ceilings.bytesPerSecond > 1e6)
        #expect(ceilings.operationsPerSecond[.float32] ?? 0 > 1e6)
        #expect(ceilings.seconds(reading: 1 << 20) < 1)
    }
}
