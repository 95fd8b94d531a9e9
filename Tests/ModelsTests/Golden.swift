import Compute
import Foundation
import GGUF
import Models
import Platform
import TestSupport

/// What an independent engine computes on a tiny model: `fixtures/goldens/NAME.json`.
struct Golden: Decodable {
    let architecture: String
    let model: String
    let oracle: String
    let tokens: [Int32]
    /// `[tokens][vocabulary]`.
    let logits: [[Float]]
    /// The same file expanded to float32; quantised goldens only.
    let logitsDequantised: [[Float]]?
    let greedy: [Int32]

    enum CodingKeys: String, CodingKey {
        case architecture, model, oracle, tokens, logits, greedy
        case logitsDequantised = "logits_dequantised"
    }

    /// Every golden in the folder: a new file is a new test.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("goldens"))) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    init(named name: String) throws {
        self = try Fixtures.json("goldens/\(name).json", as: Golden.self)
    }
}

/// One sequence on a freshly loaded model, without scheduler or sampler.
struct LoneSequence {
    private let model: Model
    private let backend: CPUBackend
    private let options: SequenceOptions
    private let pages: PageTable
    private var length = 0

    /// - Parameters:
    ///   - length: positions that the sequence may grow to.
    ///   - packed: the path of the weights in packed form.
    init(
        _ path: String, length: Int, threads: Int = 2, cache: CacheElement = .float32, packed: String? = nil
    ) throws {
        let file = try GGUFFile(path: path)
        let packed = try packed.flatMap { try PackedFile(path: $0, of: file.packedSources) }
        backend = CPUBackend(gang: ThreadGang(threadCount: threads), packed: packed)
        model = try Model(file, backend: backend)
        let plan = ForwardPass.plan(for: BatchLimits(rows: 64, logitRows: 64, sequences: 1), model.architecture.forward)
        let pageCount = PagePool.pageCount(tokens: length)
        try backend.reserve(
            plan, cache: CacheLayout(states: model.layerStates, element: cache), pageCount: pageCount)
        pages = PageTable((0..<Int32(pageCount)).map(PageID.init(index:)))
        options = SequenceOptions(usesLongRoPE: model.hyperparameters.usesLongRoPE(length: length))
    }

    /// What the weights take.
    var memory: BackendMemory { backend.memory }

    /// Feeds tokens and returns the logits of each.
    mutating func logits(_ tokens: [Int32]) -> [[Float]] {
        var batch = Batch()
        batch.append(tokens, of: options, at: length, pages: pages, logits: .all)
        length += tokens.count
        var pass = ForwardPass(backend, batch: batch)
        model.architecture.forward(&pass)
        return tokens.indices.map { row in
            pass.withLogits(row) { span in (0..<span.count).map { span[$0] } }
        }
    }
}
