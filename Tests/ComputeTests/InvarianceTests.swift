import Compute
import Platform
import Testing

/// A row's result does not depend on the rows beside it, nor on the number of threads.
@Suite("Invariance")
struct InvarianceTests {
    @Test("A small model gives the same bits in every batch and on every gang", arguments: Bench.featureSets)
    func model(features: CPUFeatures) throws {
        let model = try SmallModel(threads: 1, features: features)
        let expected = model.run(tokens: Array(0..<90), steps: [90])
        for (threads, steps) in [(1, [1, 2, 3, 84]), (2, [90]), (3, [50, 1, 1, 1, 37]), (4, [89, 1])] {
            let other = try SmallModel(threads: threads, features: features)
            let isEqual = other.run(tokens: Array(0..<90), steps: steps) == expected
            #expect(isEqual, "\(threads) threads, \(steps)")
        }
    }
}

/// Two layers with every kind of operation, over random weights.
struct SmallModel {
    let bench: Bench
    private let body: (inout ForwardPass) -> Void

    init(threads: Int, features: CPUFeatures = .detect(), rows: Int = 90) throws {
        let bench = Bench(threads: threads, features: features)
        var random = RandomNumbers(seed: 42)
        let (width, inner) = (64, 112)
        func matrix(_ rows: Int, _ columns: Int) throws -> WeightHandle {
            try bench.matrix(random.rows(rows, columns, scale: 0.2))
        }
        func matrices(_ count: Int, _ rows: Int, _ columns: Int) throws -> WeightHandle {
            try bench.matrices((0..<count).map { _ in random.rows(rows, columns, scale: 0.2) })
        }
        let table = try matrix(200, width)
        let norm = try bench.backend.load(vector: random.rows(1, width)[0])
        let (q, k, v) = (try matrix(width, width), try matrix(32, width), try matrix(32, width))
        let output = try matrix(width, width)
        let dense = GatedFeedForward(
            gate: try matrix(inner, width), up: try matrix(inner, width), down: try matrix(width, inner))
        let router = try matrix(6, width)
        let experts = GatedFeedForward(
            gate: try matrices(6, inner, width), up: try matrices(6, inner, width),
            down: try matrices(6, width, inner), function: .geluTanh)
        let rope = try bench.backend.load(
            rope: RoPE(style: .halves, frequencies: RoPE.Frequencies(values: [1, 0.5, 0.25, 0.1, 0.01, 0.001, 0, 0])))
        let attention = Attention(headCount: 4, keyValueHeadCount: 2, headLength: 16)
        body = { pass in
            var x = pass.embed(table)
            for layer in 0..<2 {
                pass.enter(layer: layer)
                let h = pass.rmsNorm(x, norm, epsilon: 1e-6)
                let queries = pass.rope(pass.linear(h, q), headLength: 16, rope)
                let keys = pass.rope(pass.linear(h, k), headLength: 16, rope)
                let attended = pass.attend(queries, keys, pass.linear(h, v), attention)
                x = pass.add(x, pass.linear(attended, output))
                let f = pass.rmsNorm(x, norm, epsilon: 1e-6)
                if layer == 0 {
                    x = pass.add(x, pass.feedForward(f, dense))
                } else {
                    let chosen = pass.routeExperts(pass.linear(f, router), ExpertRouting(usedCount: 2))
                    x = pass.add(x, pass.expertFeedForward(f, chosen, experts))
                }
            }
            pass.finish(logits: pass.linear(pass.rmsNorm(pass.outputRows(x), norm, epsilon: 1e-6), table))
        }
        let state = LayerState.attention(keyValueHeadCount: 2, headLength: 16)
        try bench.reserve(rows: rows, states: [state, state], element: .float16, pageCount: 8, body)
        self.bench = bench
    }

    /// Runs one step and drops its logits.
    func step(_ batch: Batch) {
        var pass = ForwardPass(bench.backend, batch: batch)
        body(&pass)
    }

    /// Runs the tokens of one sequence in steps of these sizes; *returns* the logits of all rows.
    func run(tokens: [Int32], steps: [Int]) -> [[Float]] {
        let pages = PageTable([5, 2, 7].map(PageID.init(index:)))
        var logits: [[Float]] = []
        for count in steps {
            var batch = Batch()
            batch.append(tokens[logits.count..<logits.count + count], at: logits.count, pages: pages, logits: .all)
            logits += bench.run(batch, body)
        }
        return logits
    }
}
