import Inference
import Platform
import Sampling
import Synchronization
import Testing

/// Constraints that are still being made when their requests are submitted.
@Suite struct ConstraintLoadTests {
    private static let vocabulary = ConstraintVocabulary(count: 101, endOfGeneration: [0]) { token in
        var bytes: [UInt8] = []
        letterTexts.append(token, false, &bytes)
        return bytes
    }

    private static func constraint(_ gbnf: String = "root ::= \"hello\" [x-z]{30}") throws -> GrammarConstraint {
        GrammarConstraint(try CheckedGrammar(try Grammar(gbnf: gbnf)), vocabulary: vocabulary)
    }

    /// Makes constraints only after it has been told to.
    private struct SlowMaker {
        let thread = ComputeThread(name: "swiftllm.test.constraints")
        private let gate = ComputeThread(name: "swiftllm.test.gate")

        func load(_ made: GrammarConstraint) -> ConstraintLoad {
            ConstraintLoad(vocabularyCount: 101, on: thread) { [gate] _ in
                gate.wait()
                return made
            }
        }

        func finish() {
            gate.wake()
            thread.join()
        }
    }

    private func request(_ load: ConstraintLoad?, promptTokens: Int) -> GenerationRequest {
        var request = GenerationRequest(prompt: (0..<Int32(promptTokens)).map { 1 + ($0 * 7) % 100 })
        request.sampling.seed = 5
        request.topLogProbabilityCount = 0
        request.constraint = load
        return request
    }

    private func free(tokens: Int) -> GenerationRequest {
        var request = GenerationRequest(prompt: (0..<90).map { 1 + ($0 * 3) % 100 })
        request.sampling.seed = 6
        request.stop.maximumTokens = tokens
        request.stop.ignoresEndOfGeneration = true
        return request
    }

    private func alone(_ request: GenerationRequest) throws -> Delivered {
        let delivered = Delivered()
        let core = EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions())
        try core.run(request) { delivered.take($0) }
        return delivered
    }

    /// The prompt is read and others go on; the answer is as if the constraint had been there from the beginning. With
    /// few pages the waiting sequence loses its own to the other and computes them again.
    @Test(arguments: [64, 12])
    func othersGoOnMeanwhile(pageCount: Int) throws {
        let expected = try alone(request(ConstraintLoad(try Self.constraint()), promptTokens: 400))
        let maker = SlowMaker()
        let core = EngineCore(
            PrefixRunner(), texts: letterTexts, pageCount: pageCount, options: engineOptions(chunk: 64))
        let other = Delivered()
        _ = try core.submit(free(tokens: 600)) { other.take($0) }
        let constrained = Delivered()
        let id = try core.submit(request(maker.load(try Self.constraint()), promptTokens: 400)) { constrained.take($0) }
        while other.tokens.count < 550 { #expect(core.step()) }
        #expect(constrained.tokens.isEmpty && constrained.reason == nil)
        if pageCount == 64 { #expect(core.scheduler[id]?.missingCount == 0) }
        maker.finish()
        while !core.isIdle { #expect(core.step()) }
        #expect(constrained.tokens == expected.tokens && constrained.text == expected.text)
        #expect(constrained.logProbabilities == expected.logProbabilities)
        #expect(constrained.reason == .stop(.constraintComplete))
        #expect((constrained.statistics.preemptionCount > 0) == (pageCount == 12))
        #expect(other.tokens == (try alone(free(tokens: 600)).tokens))
    }

    @Test func nothingIsComputedWhileAllWait() throws {
        let maker = SlowMaker()
        let core = EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions())
        let delivered = Delivered()
        let load = maker.load(try Self.constraint())
        for index in 0..<2 {
            var request = request(load, promptTokens: 20)
            request.completionIndex = UInt32(index)
            _ = try core.submit(request) { delivered.take($0) }
        }
        while core.step() {}
        #expect(!core.step() && !core.isIdle && delivered.tokens.isEmpty)
        maker.finish()
        while core.step() {}
        #expect(core.isIdle && delivered.text.utf8.count == 70)
    }

    @Test func aCancelledRequestEndsItsMaking() throws {
        let thread = ComputeThread(name: "swiftllm.test.constraints")
        let gate = ComputeThread(name: "swiftllm.test.gate")
        let begun = ComputeThread(name: "swiftllm.test.begun")
        let wasWanted = Mutex([Bool]())
        let core = EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions())
        let delivered = Delivered()
        let made = try Self.constraint()
        func submit() throws -> SequenceID {
            let load = ConstraintLoad(vocabularyCount: 101, on: thread) { isWanted in
                let before = isWanted()
                begun.wake()
                gate.wait()
                let after = isWanted()
                wasWanted.withLock { $0 += [before, after] }
                return made
            }
            return try core.submit(request(load, promptTokens: 20)) { delivered.take($0) }
        }
        let first = try submit()
        let second = try submit()
        while core.step() {}
        begun.wait()
        core.cancel(first)
        #expect(delivered.reason == .cancelled && delivered.tokens.isEmpty && !core.isIdle)
        core.cancel(second)
        #expect(core.isIdle && !core.step())
        gate.wake()
        thread.join()
        // The second was not even begun.
        #expect(wasWanted.withLock { $0 } == [true, false])
    }

    /// What is too complex fails as such, whether that is found while the constraint is made or later.
    @Test func aHostileGrammarFailsClearly() throws {
        // To read the first byte of this, hundreds of expressions inside one another would have to be looked into.
        let text =
            "root ::= r0\n" + (0..<140).map { "r\($0) ::= (r\($0 + 1) \"a\" | \"c\"){2}\n" }.joined()
            + "r140 ::= \"b\""
        let thread = ComputeThread(name: "swiftllm.test.constraints")
        let grammar = try CheckedGrammar(try Grammar(gbnf: text))
        let load = ConstraintLoad(vocabularyCount: 101, on: thread) { isWanted in
            GrammarConstraint(grammar, vocabulary: Self.vocabulary, while: isWanted)
        }
        let found = try alone(request(load, promptTokens: 20))
        #expect(found.reason == .failed(.sampling(.constraintTooComplex)))
    }

    @Test func theEngineWakesUp() async throws {
        let maker = SlowMaker()
        let engine = Engine(
            EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions()))
        let handle = try engine.submit(request(maker.load(try Self.constraint()), promptTokens: 20))
        for _ in 0..<2000 where engine.status.runningCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
        maker.finish()
        var reason: FinishReason?
        for await event in handle.events {
            if case .finished(let why, _, _) = event { reason = why }
        }
        #expect(reason == .stop(.constraintComplete))
    }
}
