import Compute
import GGUF
import Inference
import Models
import Platform
import TestSupport
import Testing

/// Embeddings of many texts at once against each alone.
@Suite(.serialized) struct EmbeddingTests {
    private static let gangs = [1, 3].map { ThreadGang(threadCount: $0) }

    private func core(_ path: String, gang: ThreadGang, _ change: (inout EmbeddingOptions) -> Void = { _ in }) throws
        -> EmbeddingCore
    {
        let backend = CPUBackend(gang: gang)
        let model = try Model(GGUFFile(path: Fixtures.path(path)), backend: backend)
        var options = EmbeddingOptions()
        change(&options)
        return try EmbeddingCore(model, backend: backend, options: options)
    }

    private func texts(_ count: Int, longest: Int, seed: UInt64 = 1) -> [EmbeddingText] {
        var random = TestRandom(seed)
        return (0..<count).map { index in
            let length = index == 0 ? longest : 1 + random.next(below: longest)
            let tokens = (0..<length).map { _ in Int32(random.next(below: 260)) }
            return EmbeddingText(tokens, secondStart: index % 3 == 0 ? length / 2 : nil)
        }
    }

    /// Encoders, heads, a causal decoder, one with windows, and int8 activations.
    @Test(
        arguments: [
            "embeddings/bert", "embeddings/nomic-bert", "embeddings/gemma-embedding", "embeddings/bert-rank",
            "goldens/qwen3", "goldens/gemma3", "goldens/llama-q4_k",
        ])
    func sameBitsInCompany(path: String) throws {
        let texts = texts(40, longest: 60)
        for pooling in [Pooling.mean, .last, .perToken, nil] {
            let request = EmbeddingRequest(texts: texts, pooling: pooling)
            let alone = try core(path + ".gguf", gang: Self.gangs[0])
            let expected = try texts.map { text in
                try alone.compute(EmbeddingRequest(texts: [text], pooling: pooling))[0]
            }
            for (gang, stepTexts) in zip(Self.gangs, [64, 7]) {
                let company = try core(path + ".gguf", gang: gang) { $0.stepTexts = stepTexts }
                let found = try company.compute(request)
                let isEqual = bits(found) == bits(expected)
                #expect(isEqual, "\(String(describing: pooling)) with \(gang.threadCount) threads")
            }
        }
    }

    /// A decoder reads a long text in pieces: the same states, and a mean that differs by rounding alone.
    @Test func longTextsInPieces() throws {
        let texts = texts(3, longest: 128)
        for pooling in [Pooling.first, .last, .perToken, .mean] {
            let request = EmbeddingRequest(texts: texts, pooling: pooling)
            let whole = try core("goldens/llama.gguf", gang: Self.gangs[0]).compute(request)
            let pieces = try core("goldens/llama.gguf", gang: Self.gangs[1]) { $0.stepRows = 50 }.compute(request)
            #expect(whole.map(\.count) == pieces.map(\.count))
            let differences = zip(whole.joined().joined(), pieces.joined().joined()).map { abs($0 - $1) }
            // Values of vectors of length 1, whose sums over 128 rows round in another order.
            #expect(differences.max() ?? 1 <= (pooling == .mean ? 1e-5 : 0), "\(pooling)")
        }
    }

    @Test func lengthIsOneUnlessTheCallerWantsItRaw() throws {
        let core = try core("embeddings/bert.gguf", gang: Self.gangs[1])
        let tokens = texts(5, longest: 20).map(\.tokens)
        let normalized = try core.embed(tokens)
        let raw = try core.embed(tokens, normalized: false)
        for (vector, long) in zip(normalized, raw) {
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(length - 1) < 1e-6)
            let rawLength = long.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(rawLength > 1.5)
            #expect(zip(vector, long).allSatisfy { abs($0 * rawLength - $1) < 1e-5 })
        }
        #expect(try core.embed([]).isEmpty)
    }

    @Test func mistakesNameTheText() throws {
        let core = try core("embeddings/bert.gguf", gang: Self.gangs[0])
        #expect(core.contextLength == 96)
        #expect(throws: InferenceError.text(number: 1, .emptyPrompt)) { try core.embed([[1], []]) }
        #expect(throws: InferenceError.text(number: 0, .promptTooLong(tokens: 97, contextLength: 96))) {
            try core.embed([Array(repeating: 1, count: 97)])
        }
        #expect(
            throws: InferenceError.text(number: 2, .tokenOutOfRange(position: 1, vocabularyCount: 264, found: 264))
        ) { try core.embed([[1], [2], [3, 264]]) }
        #expect(throws: InferenceError.noClassifier(architecture: "bert")) {
            try core.embed([[1]], pooling: .rank)
        }
    }

    @Test func stepsHoldWhatFits() {
        func ranges(_ lengths: [Int], cuts: Bool) -> [[String]] {
            EmbeddingPlan(lengths: lengths, stepRows: 10, stepTexts: 3, cutsLongTexts: cuts).steps.map { step in
                step.map { "\($0.text):\($0.range.lowerBound)-\($0.range.upperBound)" }
            }
        }
        #expect(ranges([4, 6, 1], cuts: true) == [["0:0-4", "1:0-6"], ["2:0-1"]])
        #expect(ranges([1, 1, 1, 1], cuts: true) == [["0:0-1", "1:0-1", "2:0-1"], ["3:0-1"]])
        #expect(ranges([2, 25, 3], cuts: true) == [["0:0-2"], ["1:0-10"], ["1:10-20"], ["1:20-25"], ["2:0-3"]])
        #expect(ranges([2, 25, 3], cuts: false) == [["0:0-2"], ["1:0-25"], ["2:0-3"]])
        #expect(ranges([], cuts: true).isEmpty)
    }

    /// Two cores over the same weights, one of them an engine's, at the same time.
    @Test func anEngineTakesTurns() async throws {
        let backend = CPUBackend(gang: Self.gangs[1])
        let model = try Model(GGUFFile(path: Fixtures.path("goldens/qwen3.gguf")), backend: backend)
        let texts = texts(30, longest: 100)
        let expected = bits(
            try EmbeddingCore(model, backend: backend).compute(EmbeddingRequest(texts: texts, pooling: .mean)))
        let engine = EmbeddingEngine(
            try EmbeddingCore(model, backend: CPUBackend(gang: Self.gangs[1], sharing: backend.weights)))
        let found = try await withThrowingTaskGroup(of: [[[Float]]].self) { group in
            for _ in 0..<4 {
                group.addTask { try await engine.compute(EmbeddingRequest(texts: texts, pooling: .mean)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 4)
        for embeddings in found {
            let isEqual = bits(embeddings) == expected
            #expect(isEqual)
        }
        let cancelled = Task { () async -> InferenceError? in
            while !Task.isCancelled { await Task.yield() }
            do throws(InferenceError) { _ = try await engine.compute(EmbeddingRequest(texts: texts)) } catch {
                return error
            }
            return nil
        }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
    }

    private func bits(_ embeddings: [[[Float]]]) -> [[[UInt32]]] {
        embeddings.map { $0.map { $0.map(\.bitPattern) } }
    }
}
