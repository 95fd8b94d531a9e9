import Compute
import JSON
import Testing
import swiftllm

/// `swiftllm bench`: what it makes of measured figures, and that it measures.
@Suite struct BenchTests {
    /// A step of one layer with four query and two key-value heads of 16 floats, through a window of 20.
    private let step = ForwardPass.plan(for: BatchLimits(rows: 1, logitRows: 1, sequences: 1)) { pass in
        let square = WeightHandle(index: 0, rows: 64, columns: 64, matrixCount: 1)
        let half = WeightHandle(index: 1, rows: 32, columns: 64, matrixCount: 1)
        let x = pass.embed(square)
        pass.enter(layer: 0)
        let attention = Attention(headCount: 4, keyValueHeadCount: 2, headLength: 16, window: 20)
        let attended = pass.attend(pass.linear(x, square), pass.linear(x, half), pass.linear(x, half), attention)
        pass.finish(logits: pass.outputRows(attended))
    }.work

    private func size(depth: Int, prompt: Int, generate: Int) -> BenchSize {
        var size = BenchSize()
        size.depth = depth
        size.promptCount = prompt
        size.generateCount = generate
        return size
    }

    private var ceilings: MachineCeilings {
        var ceilings = MachineCeilings()
        ceilings.bytesPerSecond = 1e6
        ceilings.operationsPerSecond = [.int8: 4e6, .float32: 1e6]
        return ceilings
    }

    @Test func generationIsHeldAgainstReading() {
        // Behind 17 tokens three tokens read 18, 19 and 20 positions of 2 · (16 + 16) halves: 128 bytes each.
        let work = BenchWork(
            size(depth: 17, prompt: 1, generate: 3), step: step, weightBytes: 10_000, promptOperations: [:])
        let share = work.decode(tokensPerSecond: 40, ceilings: ceilings)
        #expect(share.rate == (10_000 + 19 * 128) * 40)
        #expect(share.limit == 1e6)
        #expect(share.share == 0.49728)
        // Further back than the window reads no more than the window; from nothing there are eight tokens in front.
        let deep = BenchWork(
            size(depth: 500, prompt: 1, generate: 3), step: step, weightBytes: 0, promptOperations: [:])
        #expect(deep.decode(tokensPerSecond: 1, ceilings: ceilings).rate == 20 * 128)
        let first = BenchWork(size(depth: 0, prompt: 1, generate: 1), step: step, weightBytes: 0, promptOperations: [:])
        #expect(first.decode(tokensPerSecond: 1, ceilings: ceilings).rate == 9 * 128)
    }

    @Test func readingAPromptIsHeldAgainstArithmetic() {
        // Four rows see 1 to 4 positions: 10 · 2 · 4 · (16 + 16) operations in float32.
        let work = BenchWork(
            size(depth: 0, prompt: 4, generate: 1), step: step, weightBytes: 0,
            promptOperations: [.int8: 4_000_000, .float32: 997_440])
        let share = work.prefill(tokensPerSecond: 1, ceilings: ceilings)
        // At the ceilings one second for int8 and one for float32; it took four.
        #expect(share.rate == 1_250_000)
        #expect(share.limit == 2_500_000)
        #expect(share.share == 0.5)
    }

    @Test func reportsSharesBesideThePeersKeys() throws {
        let result = try Program.run("bench", "--prompt", "16", "--generate", "4", "--repeat", "1", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try JSONParser.parse(Array(result.output))
        for key in ["prompt_tps", "generate_tps", "parallel_tps", "load_s", "kv", "depth"] {
            #expect(report[key] != nil, "\(key)")
        }
        for figure in ["prompt_share", "generate_share", "prompt_gops_limit", "generate_gbs_limit"] {
            #expect(report[figure]?.doubleValue ?? 0 > 0, "\(figure)")
        }
    }
}
