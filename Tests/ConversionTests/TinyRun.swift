import Compute
import Foundation
import GGUF
import Models
import Platform

/// Runs tiny models without an engine around them, and compares what comes out.
enum TinyRun {
    /// float32 engines differ in the order of their sums: |difference| ≤ 2e-3 × max(1, largest value), as in goldens.
    static let tolerance: Float = 2e-3

    /// The largest difference, as a share of the largest value or of 1; infinite if the shapes differ.
    static func difference(_ found: [[Float]], _ wanted: [[Float]]) -> Float {
        guard found.map(\.count) == wanted.map(\.count) else { return .infinity }
        let largest = zip(found.joined(), wanted.joined()).map { abs($0 - $1) }.max() ?? .infinity
        return largest / max(1, wanted.joined().map(abs).max() ?? 0)
    }

    /// Logits of every token; of an encoder the state of the first.
    static func values(
        _ file: GGUFFile, adapter: GGUFFile? = nil, packed: PackedFile? = nil, _ tokens: [Int32]
    ) throws -> [[Float]] {
        let backend = CPUBackend(gang: ThreadGang(threadCount: 2), packed: packed)
        let model = try Model(file, adapter: adapter, backend: backend)
        let limits = BatchLimits(rows: 64, logitRows: 64, sequences: 1)
        let generates = model.generatesText
        let plan =
            generates ? ForwardPass.plan(for: limits, model.architecture.forward) : model.embeddingPlan(for: limits)
        let pageCount = PagePool.pageCount(tokens: tokens.count)
        try backend.reserve(
            plan, cache: CacheLayout(states: model.layerStates, element: .float32), pageCount: pageCount)
        let pages = PageTable((0..<Int32(pageCount)).map(PageID.init(index:)))
        var batch = Batch()
        let options = SequenceOptions(usesLongRoPE: false)
        batch.append(tokens, of: options, at: 0, pages: pages, logits: generates ? .all : .first)
        var pass = ForwardPass(backend, batch: batch)
        if generates { model.architecture.forward(&pass) } else { model.embed(&pass, .first) }
        return (0..<(generates ? tokens.count : 1)).map { row in
            if !generates { return pass.withEmbedding(row) { span in (0..<span.count).map { span[$0] } } }
            return pass.withLogits(row) { span in (0..<span.count).map { span[$0] } }
        }
    }

    /// Mean over positions of KL(expected ‖ found), in nats.
    static func meanKL(_ expected: [[Float]], _ found: [[Float]]) -> Double {
        func logProbabilities(_ logits: [Float]) -> [Double] {
            let largest = Double(logits.max() ?? 0)
            let total = log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
            return logits.map { Double($0) - largest - total }
        }
        let rows = zip(expected, found).map { wanted, row in
            zip(logProbabilities(wanted), logProbabilities(row)).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
        }
        return rows.reduce(0, +) / Double(max(rows.count, 1))
    }
}
