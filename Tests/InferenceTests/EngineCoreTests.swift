import Compute
import Inference
import Sampling
import Testing

@Suite struct EngineCoreTests {
    private func core(_ runner: PrefixRunner = PrefixRunner(), pageCount: Int = 64, options: EngineOptions? = nil)
        -> EngineCore
    {
        EngineCore(runner, texts: letterTexts, pageCount: pageCount, options: options ?? engineOptions())
    }

    private func request(_ count: Int, first: Int32 = 1, tokens: Int? = 10) -> GenerationRequest {
        var request = GenerationRequest(prompt: (0..<Int32(count)).map { 1 + (first + $0 * 7) % 100 })
        request.sampling = .greedy
        request.stop.maximumTokens = tokens
        return request
    }

    private func run(_ request: GenerationRequest, on core: EngineCore) throws -> Delivered {
        let delivered = Delivered()
        try core.run(request) { delivered.take($0) }
        return delivered
    }

    @Test func generatesUpToItsLimit() throws {
        var wanted = request(100)
        wanted.stop.ignoresEndOfGeneration = true
        let found = try run(wanted, on: core())
        #expect(found.tokens.count == 10 && found.reason == .length)
        #expect(found.text.count == 10)
        #expect(found.statistics.promptTokens == 100 && found.statistics.generatedTokens == 10)
        #expect(found.statistics.cachedTokens == 0)
    }

    @Test func theContextBoundsIt() throws {
        var wanted = request(120, tokens: nil)
        wanted.stop.ignoresEndOfGeneration = true
        let found = try run(wanted, on: core(options: engineOptions(context: 128)))
        #expect(found.tokens.count == 9 && found.reason == .length)
    }

    @Test func noTokenWantedMeansThePromptAlone() throws {
        var wanted = request(10, tokens: 0)
        wanted.returnedLogits = .all
        let found = try run(wanted, on: core())
        #expect(found.tokens.isEmpty && found.reason == .length)
        #expect(found.logits.keys.sorted() == Array(0..<10))
    }

    @Test func aCachedPromptGivesTheSameTokens() throws {
        let core = core()
        let cold = try run(request(300), on: core)
        let warm = try run(request(300), on: core)
        #expect(warm.tokens == cold.tokens)
        #expect(warm.statistics.cachedTokens == 256)
    }

    @Test func theLongestPossibleLengthChoosesTheFrequencies() throws {
        let runner = PrefixRunner()
        runner.longRoPEThreshold = 150
        let core = core(runner)
        let short = try run(request(140, tokens: 10), on: core)
        let long = try run(request(140, tokens: 11), on: core)
        #expect(long.tokens.prefix(10) != short.tokens.prefix(10))
        // Nothing of the one is of use to the other, only to its own kind.
        #expect(long.statistics.cachedTokens == 0)
        #expect(try run(request(140, tokens: 9), on: core).statistics.cachedTokens == 128)
    }

    @Test func endTokensStopAndAreNotShown() throws {
        let runner = PrefixRunner()
        runner.override = { _, logits in logits[0] = 1000 }
        var wanted = request(10)
        let stopped = try run(wanted, on: core(runner))
        #expect(stopped.reason == .stop(.endOfGeneration(0)) && stopped.text.isEmpty)
        #expect(stopped.statistics.generatedTokens == 1)
        wanted.stop.minimumTokens = 4
        let later = try run(wanted, on: core(runner))
        #expect(later.reason == .stop(.endOfGeneration(0)) && later.tokens.count == 4)
        wanted.stop.ignoresEndOfGeneration = true
        #expect(try run(wanted, on: core(runner)).reason == .length)
    }

    @Test func stopStringsSpanTokens() throws {
        let runner = PrefixRunner()
        var next: Int32 = 0
        // Tokens 1, 2, 3, … whose texts are b, c, d, …
        runner.override = { _, logits in
            next += 1
            logits[Int(next)] = 1000
        }
        var wanted = request(10, tokens: 20)
        wanted.stop.strings = ["fgx", "efgh", "zzz"]
        let found = try run(wanted, on: core(runner))
        #expect(found.text == "bcd")
        #expect(found.reason == .stop(.string("efgh")))
        next = 0
        wanted.stop.strings = ["uvwz"]
        #expect(try run(wanted, on: core(runner)).text == "bcdefghijklmnopqrstu")
        next = 0
        wanted.stop.tokens = [3]
        let token = try run(wanted, on: core(runner))
        #expect(token.reason == .stop(.token(3)) && token.text == "bc")
    }

    @Test func logProbabilitiesComeOnDemand() throws {
        var wanted = request(10)
        wanted.topLogProbabilityCount = 3
        let found = try run(wanted, on: core())
        #expect(found.logProbabilities.count == found.tokens.count)
        #expect(found.logProbabilities.allSatisfy { $0 < 0 && $0 > -10 })
    }

    @Test(arguments: [0, 3]) func promptsAreScoredAsIfTheyWereGenerated(newTokens: Int) throws {
        var asked = request(80, tokens: 70)
        asked.topLogProbabilityCount = 2
        asked.stop.ignoresEndOfGeneration = true
        let generated = try run(asked, on: core())
        var wanted = asked
        wanted.prompt += generated.tokens
        wanted.scoresPrompt = true
        wanted.stop.maximumTokens = newTokens
        // Beside another sequence, and with the prompt's pages in the cache.
        let core = core()
        let other = Delivered()
        _ = try run(asked, on: core)
        _ = try core.submit(request(100)) { other.take($0) }
        let found = try run(wanted, on: core)
        #expect(found.promptScores.count == 149 && found.tokens.count == newTokens)
        #expect(found.promptScores.map(\.chosen.token) == Array(wanted.prompt.dropFirst()))
        #expect(found.promptScores.suffix(70).map(\.chosen.logProbability) == generated.logProbabilities)
        #expect(found.promptScores.suffix(70).allSatisfy { $0.top.count == 2 && $0.top[0] == $0.chosen })
        #expect(generated.promptScores.isEmpty && other.promptScores.isEmpty)
    }

    @Test func brokenLogitsEndTheGenerationAlone() throws {
        let runner = PrefixRunner()
        var steps = 0
        runner.override = { _, logits in
            steps += 1
            if steps == 3 { logits = logits.map { _ in .nan } }
        }
        let found = try run(request(10), on: core(runner))
        #expect(found.tokens.count == 2)
        #expect(found.reason == .failed(.sampling(.noCandidate(vocabularyCount: 101))))
    }

    @Test func aReaderThatIsGoneOrSlowEndsIt() throws {
        for (answer, reason) in [(EventDelivery.abandoned, FinishReason.cancelled), (.refused, .readerTooSlow)] {
            let core = core()
            let delivered = Delivered()
            delivered.answer = { $0 >= 3 ? answer : .taken }
            try core.run(request(100)) { delivered.take($0) }
            #expect(delivered.tokens.count == 3 && delivered.reason == reason)
            #expect(core.isIdle && core.scheduler.heldPageCount == 0)
        }
    }

    @Test func refusalsAreTyped() throws {
        let core = core(options: engineOptions(context: 128))
        func error(_ change: (inout GenerationRequest) -> Void) -> InferenceError? {
            var wanted = request(10)
            change(&wanted)
            do throws(InferenceError) {
                _ = try core.submit(wanted) { _ in .taken }
                return nil
            } catch { return error }
        }
        #expect(error { $0.prompt = [] } == .emptyPrompt)
        #expect(
            error { $0.prompt = Array(repeating: 1, count: 129) } == .promptTooLong(tokens: 129, contextLength: 128))
        #expect(
            error { $0.prompt[3] = 101 } == .tokenOutOfRange(position: 3, vocabularyCount: 101, found: 101))
        #expect(error { $0.prompt[3] = -1 } == .tokenOutOfRange(position: 3, vocabularyCount: 101, found: -1))
        #expect(error { $0.stop.strings = [""] } != nil)
        #expect(error { $0.stop.maximumTokens = -1 } != nil)
        #expect(error { $0.topLogProbabilityCount = 102 } != nil)
        #expect(
            error { $0.sampling.topP = 2 }
                == .sampling(.optionOutOfRange(option: "top_p", expected: "0.0 to 1.0", found: "2.0")))
        #expect(core.isIdle)
    }

    /// Tokens, log probabilities and logits of many requests at once, against each of them alone.
    @Test(arguments: [1, 7, 64, 512]) func companyChangesNothing(chunk: Int) throws {
        var random = TestRandom(UInt64(chunk))
        var requests: [GenerationRequest] = []
        for index in 0..<16 {
            var wanted = request(20 + random.next(below: 180), first: Int32(index % 3), tokens: 100 + index * 10)
            if index % 2 == 0 { wanted.sampling = .init() }
            wanted.sampling.seed = UInt64(index)
            wanted.sampling.penalties.repetition = index % 4 == 0 ? 1.2 : 1
            wanted.stop.ignoresEndOfGeneration = true
            wanted.returnedLogits = .generated
            wanted.topLogProbabilityCount = 2
            requests.append(wanted)
        }
        let core = core(pageCount: 14, options: engineOptions(context: 512, rows: 300, chunk: chunk))
        let company = requests.map { _ in Delivered() }
        var next = 0
        while next < requests.count || !core.isIdle {
            if next < requests.count, random.isTrue(oneIn: 2) {
                let delivered = company[next]
                _ = try core.submit(requests[next]) { delivered.take($0) }
                next += 1
            }
            core.step()
        }
        #expect(core.scheduler.statistics.preemptionCount > 0, "nothing was preempted")
        #expect(core.scheduler.statistics.cachedTokens > 0, "no prefix was found in the cache")
        for (request, delivered) in zip(requests, company) {
            let alone = try run(request, on: self.core(options: engineOptions(context: 512)))
            #expect(alone.tokens == delivered.tokens)
            #expect(alone.logits == delivered.logits)
            #expect(alone.logProbabilities == delivered.logProbabilities)
        }
    }
}
