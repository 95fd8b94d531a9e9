import Compute
import Foundation
import GGUF
import Models
import Platform
import TestSupport
import Testing

/// What an independent engine makes of some texts: `fixtures/embeddings/NAME.json`.
struct EmbeddingGolden: Decodable {
    let architecture: String
    let model: String
    let cases: [Text]

    struct Text: Decodable {
        let tokens: [Int32]
        let secondTextStart: Int?
        /// `[tokens][width]`
        let states: [[Float]]
        let mean: [Float]
        let first: [Float]
        let last: [Float]
        let rank: [Float]?

        enum CodingKeys: String, CodingKey {
            case tokens, states, mean, first, last, rank
            case secondTextStart = "second_text_start"
        }

        func expected(_ pooling: Pooling) -> [Float]? {
            switch pooling {
            case .perToken: nil
            case .mean: mean
            case .first: first
            case .last: last
            case .rank: rank
            }
        }
    }

    /// Every golden in the folder: a new file is a new test.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("embeddings"))) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    init(named name: String) throws {
        self = try Fixtures.json("embeddings/\(name).json", as: EmbeddingGolden.self)
    }
}

/// Embeddings without an engine around the model.
@Suite(.serialized) struct EmbeddingGoldenTests {
    /// float32 engines differ in the order of their sums: |difference| ≤ 2e-5 × the largest value. The kinds of GELU
    /// are five times as far apart, as the golden's script makes sure.
    static let tolerance: Float = 2e-5

    @Test(arguments: EmbeddingGolden.names)
    func statesAgree(name: String) throws {
        let golden = try EmbeddingGolden(named: name)
        var model = try EmbeddedModel(golden.model)
        for text in golden.cases {
            // States come before dense layers; where there are some, the pooled vectors below stand for them.
            guard !model.hasProjections else { continue }
            let found = try model.embed([text], .perToken)
            #expect(found.count == text.states.count)
            expectClose(found.flatMap(\.self), text.states.flatMap(\.self))
        }
    }

    @Test(arguments: EmbeddingGolden.names, [Pooling.mean, .first, .last, .rank])
    func pooledAgree(name: String, pooling: Pooling) throws {
        let golden = try EmbeddingGolden(named: name)
        var model = try EmbeddedModel(golden.model)
        let texts = golden.cases.filter { $0.expected(pooling) != nil }
        guard !texts.isEmpty else { return }
        // All at once: a text's embedding does not depend on the others.
        let found = try model.embed(texts, pooling)
        for (row, text) in zip(found, texts) { expectClose(row, text.expected(pooling) ?? []) }
        let alone = try texts.flatMap { try model.embed([$0], pooling) }
        let isEqual = found.map { $0.map(\.bitPattern) } == alone.map { $0.map(\.bitPattern) }
        #expect(isEqual)
    }

    private func expectClose(_ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(found.count == expected.count, sourceLocation: sourceLocation)
        let largest = expected.map(abs).max() ?? 0
        let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= Self.tolerance * largest, "\(difference / largest)", sourceLocation: sourceLocation)
    }
}

/// A freshly loaded model that computes some texts in one step.
private struct EmbeddedModel {
    private let model: Model
    private let backend: CPUBackend
    let hasProjections: Bool

    init(_ path: String) throws {
        backend = CPUBackend(gang: ThreadGang(threadCount: 2))
        let file = try GGUFFile(path: Fixtures.path("embeddings/\(path)"))
        hasProjections = file.optionalTensor("dense_2.weight") != nil
        model = try Model(file, backend: backend)
    }

    mutating func embed(_ texts: [EmbeddingGolden.Text], _ pooling: Pooling) throws -> [[Float]] {
        let rows = texts.reduce(0) { $0 + $1.tokens.count }
        let plan = ForwardPass.plan(for: BatchLimits(rows: rows, logitRows: rows, sequences: texts.count)) {
            model.embed(&$0, pooling)
        }
        let pageCounts = texts.map { PagePool.pageCount(tokens: $0.tokens.count) }
        try backend.reserve(
            plan, cache: CacheLayout(states: model.layerStates, element: .float32), pageCount: pageCounts.reduce(0, +))
        var batch = Batch()
        var page: Int32 = 0
        for (text, count) in zip(texts, pageCounts) {
            let pages = PageTable((page..<page + Int32(count)).map(PageID.init(index:)))
            page += Int32(count)
            batch.append(
                text.tokens, of: SequenceOptions(secondTextStart: text.secondTextStart), at: 0, pages: pages,
                logits: model.rows(for: pooling))
        }
        var pass = ForwardPass(backend, batch: batch)
        model.embed(&pass, pooling)
        return (0..<(pass.embeddings?.rows ?? 0)).map { row in
            pass.withEmbedding(row) { span in (0..<span.count).map { span[$0] } }
        }
    }
}
