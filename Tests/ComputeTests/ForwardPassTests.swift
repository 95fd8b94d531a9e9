import Testing

import Compute

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
}
