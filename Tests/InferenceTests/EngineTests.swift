import Inference
import Sampling
import Testing

@Suite(.serialized) struct EngineTests {
    private func engine(_ options: EngineOptions = engineOptions()) -> Engine {
        Engine(EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 40, options: options))
    }

    private func request(_ number: Int, tokens: Int = 30) -> GenerationRequest {
        var request = GenerationRequest(prompt: (0..<Int32(90)).map { 1 + ($0 * 3 + Int32(number)) % 100 })
        request.sampling.seed = UInt64(number)
        request.stop.maximumTokens = tokens
        request.stop.ignoresEndOfGeneration = true
        return request
    }

    private func collect(_ handle: GenerationHandle) async -> (tokens: [Int32], reason: FinishReason?) {
        var tokens: [Int32] = []
        var reason: FinishReason?
        for await event in handle.events {
            if case .token(let token) = event { tokens.append(token.token) }
            if case .finished(let why, _, _) = event { reason = why }
        }
        return (tokens, reason)
    }

    @Test func manyTasksGetWhatEachGetsAlone() async throws {
        let engine = engine()
        let together = try await withThrowingTaskGroup(of: (Int, [Int32]).self) { group in
            for number in 0..<24 {
                group.addTask { (number, await collect(try engine.submit(request(number))).tokens) }
            }
            return try await group.reduce(into: [Int: [Int32]]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<24 {
            let alone = await collect(try self.engine().submit(request(number)))
            #expect(alone.reason == .length && alone.tokens.count == 30)
            #expect(together[number] == alone.tokens)
        }
        #expect(engine.status.heldPageCount == 0 && engine.status.runningCount == 0)
    }

    @Test func cancellingEndsTheStream() async throws {
        let engine = engine()
        let handle = try engine.submit(request(1, tokens: 900))
        var reason: FinishReason?
        var count = 0
        for await event in handle.events {
            if case .token = event { count += 1 }
            if count == 2 { handle.cancel() }
            if case .finished(let why, _, _) = event { reason = why }
        }
        #expect(reason == .cancelled || count == 900)
        engine.shutDown()
        #expect(throws: InferenceError.shutDown) { try engine.submit(self.request(1)) }
    }

    @Test func whoStopsReadingCancels() async throws {
        let engine = engine()
        let reader = Task {
            for await event in try engine.submit(request(1, tokens: 900)).events {
                if case .token = event { return }
            }
        }
        try await reader.value
        // The next request is served, and when it has ended nothing of the abandoned one is left.
        let next = await collect(try engine.submit(request(2)))
        #expect(next.reason == .length)
        for _ in 0..<1000 where engine.status.heldPageCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(engine.status.heldPageCount == 0)
    }

    @Test func aReaderThatIsTooSlowLosesItsGeneration() async throws {
        let engine = engine()
        var slow = request(1, tokens: 500)
        slow.eventCapacity = 10
        let handle = try engine.submit(slow)
        for _ in 0..<2000 where engine.status.scheduler.promptTokens == 0 || engine.status.runningCount > 0 {
            try await Task.sleep(for: .milliseconds(1))
        }
        let (tokens, reason) = await collect(handle)
        #expect(tokens.count == 10 && reason == nil)
    }

    @Test func shuttingDownCancelsWhatIsInFlight() async throws {
        let engine = engine()
        let handles = try (0..<4).map { try engine.submit(request($0, tokens: 900)) }
        engine.shutDown()
        for handle in handles {
            let reason = await collect(handle).reason
            #expect(reason == .cancelled || reason == .length)
        }
    }

    @Test func refusalsComeBeforeTheStream() throws {
        let engine = engine(engineOptions(context: 128))
        #expect(throws: InferenceError.promptTooLong(tokens: 200, contextLength: 128)) {
            try engine.submit(GenerationRequest(prompt: Array(repeating: 1, count: 200)))
        }
        var wrong = request(1)
        wrong.sampling.temperature = -1
        #expect(throws: InferenceError.self) { try engine.submit(wrong) }
    }
}
