import Compute
import GGUF
import Inference
import Models
import Platform
import Sampling
import TestSupport
import Testing

/// Many sequences at once against each alone, on real models: the same bits.
@Suite(.serialized) struct CompanyTests {
    /// A model with memory for a small cache, which several engines use one after the other.
    private struct Fixture {
        let runner: ModelRunner
        static let pageCount = 14
        static let limits = BatchLimits(rows: 512, logitRows: 512, sequences: 16)

        init(_ name: String, cache: CacheElement) throws {
            let backend = CPUBackend(gang: CompanyTests.gang)
            let model = try Model(GGUFFile(path: Fixtures.path("goldens/\(name).gguf")), backend: backend)
            let plan = ForwardPass.plan(for: Self.limits) { model.architecture.forward(&$0) }
            try backend.reserve(
                plan, cache: CacheLayout(states: model.layerStates, element: cache), pageCount: Self.pageCount)
            runner = ModelRunner(model, backend: backend)
        }

        func core(chunk: Int) -> EngineCore {
            var limits = SchedulerLimits(contextLength: 512)
            limits.batch = Self.limits
            limits.chunkRows = chunk
            let texts = TokenTexts(endOfGeneration: []) { token, _, bytes in
                if token < 256 { bytes.append(UInt8(token)) }
            }
            return EngineCore(runner, texts: texts, pageCount: Self.pageCount, options: EngineOptions(limits: limits))
        }
    }

    private static let gang = ThreadGang(threadCount: 2)

    /// Full attention, window and global layers, experts, int8 activations.
    @Test(
        arguments: [("llama", CacheElement.float16), ("gemma3", .float16), ("qwen3moe", .float16)]
            + [("llama-q4_k", .float16), ("llama", .int8), ("gemma3", .int8)])
    func sameBitsInCompany(name: String, cache: CacheElement) throws {
        let fixture = try Fixture(name, cache: cache)
        var random = TestRandom(20_261_121)
        let requests = (0..<16).map { request($0, &random) }
        let alone = try requests.map { request in
            let delivered = Delivered()
            try fixture.core(chunk: .max).run(request) { delivered.take($0) }
            return delivered
        }
        var preemptions = 0
        var hits = 0
        for chunk in [1, 5, 64, 100, 512] {
            let core = fixture.core(chunk: chunk)
            let company = try arriveAtRandom(requests, in: core, &random)
            for (index, (found, expected)) in zip(company, alone).enumerated() {
                #expect(found.tokens == expected.tokens, "request \(index), chunks of \(chunk)")
                #expect(found.logits.keys.sorted() == expected.logits.keys.sorted())
                let isSame = found.logits.allSatisfy { position, row in
                    row.map(\.bitPattern) == expected.logits[position]?.map(\.bitPattern)
                }
                #expect(isSame, "logits of request \(index), chunks of \(chunk)")
            }
            preemptions += core.scheduler.statistics.preemptionCount
            hits += core.scheduler.statistics.cachedTokens
            #expect(core.scheduler.heldPageCount == 0)
        }
        #expect(preemptions > 0, "nothing was preempted")
        #expect(hits > 0, "no prefix was found in the cache")
    }

    private func request(_ index: Int, _ random: inout TestRandom) -> GenerationRequest {
        // Two texts, of which each request has a prefix of some length and then its own way.
        let shared = (0..<250).map { Int32(($0 * 37 + index % 2 * 11) % 256) }
        let own = (0..<(1 + random.next(below: 20))).map { _ in Int32(random.next(below: 256)) }
        var request = GenerationRequest(prompt: shared.prefix(10 + random.next(below: 180)) + own)
        request.sampling = index % 3 == 0 ? .greedy : SamplingOptions()
        request.sampling.seed = UInt64(index)
        request.stop.maximumTokens = 10 + random.next(below: 120)
        request.returnedLogits = index % 5 == 0 ? .all : .generated
        return request
    }

    private func arriveAtRandom(
        _ requests: [GenerationRequest], in core: EngineCore, _ random: inout TestRandom
    ) throws -> [Delivered] {
        let company = requests.map { _ in Delivered() }
        var next = 0
        while next < requests.count || !core.isIdle {
            while next < requests.count, random.isTrue(oneIn: 2) {
                let delivered = company[next]
                _ = try core.submit(requests[next]) { delivered.take($0) }
                next += 1
            }
            core.step()
        }
        return company
    }
}
