import Inference
import Sampling
import Testing

@Suite struct ConstraintTests {
    private let vocabulary = ConstraintVocabulary(count: 101, endOfGeneration: [0]) { token in
        var bytes: [UInt8] = []
        letterTexts.append(token, false, &bytes)
        return bytes
    }

    private func run(_ gbnf: String, _ change: (inout GenerationRequest) -> Void = { _ in }) throws -> Delivered {
        let core = EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions())
        var request = GenerationRequest(prompt: [1, 2, 3])
        request.sampling.temperature = 1
        request.stop.maximumTokens = 40
        request.constraint = ConstraintLoad(try GrammarConstraint(try Grammar(gbnf: gbnf), vocabulary: vocabulary))
        change(&request)
        let delivered = Delivered()
        try core.run(request) { delivered.take($0) }
        return delivered
    }

    @Test func aCompleteTextEndsTheGeneration() throws {
        let found = try run("root ::= \"hello\" [x-z]{3}")
        #expect(found.reason == .stop(.constraintComplete))
        #expect(found.text.hasPrefix("hello") && found.text.utf8.count == 8)
        #expect(found.text.dropFirst(5).allSatisfy { "xyz".contains($0) })
    }

    @Test func endTokensComeOnlyWhereTheTextMayEnd() throws {
        for seed in 0..<20 {
            let found = try run("root ::= (\"ab\" \"c\"?)+") { $0.sampling.seed = UInt64(seed) }
            #expect(found.text.replacing("ab", with: "").allSatisfy { $0 == "c" })
            guard case .stop(.endOfGeneration) = found.reason else {
                #expect(found.reason == .length)
                continue
            }
            #expect(found.text.hasSuffix("b") || found.text.hasSuffix("c"))
        }
    }

    @Test func endTokensMayBeRefusedBeside() throws {
        let found = try run("root ::= \"a\"+") { $0.stop.ignoresEndOfGeneration = true }
        #expect(found.reason == .length && found.text == String(repeating: "a", count: 40))
        let later = try run("root ::= \"a\"+") { $0.stop.minimumTokens = 5 }
        #expect(later.tokens.count >= 5)
    }

    @Test func twoCompletionsShareAConstraint() throws {
        let core = EngineCore(PrefixRunner(), texts: letterTexts, pageCount: 64, options: engineOptions())
        var request = GenerationRequest(prompt: [1, 2, 3])
        request.sampling.temperature = 1
        request.constraint = ConstraintLoad(
            try GrammarConstraint(try Grammar(gbnf: "root ::= [a-e]{9} \"z\""), vocabulary: vocabulary))
        let delivered = [Delivered(), Delivered()]
        for (index, reader) in delivered.enumerated() {
            request.completionIndex = UInt32(index)
            _ = try core.submit(request) { reader.take($0) }
        }
        while !core.isIdle { core.step() }
        #expect(delivered.allSatisfy { $0.text.utf8.count == 10 && $0.text.hasSuffix("z") })
        #expect(delivered[0].text != delivered[1].text)
    }

    @Test func aForeignConstraintIsRefused() throws {
        let other = ConstraintVocabulary(count: 7, endOfGeneration: []) { _ in [97] }
        #expect(throws: InferenceError.sampling(.constraintOfOtherVocabulary(expected: 101, found: 7))) {
            try run("root ::= [a]") {
                $0.constraint = (try? GrammarConstraint(.literal("a"), vocabulary: other)).map(ConstraintLoad.init)
            }
        }
    }

    @Test func whatCannotGoOnFails() throws {
        // No token spells "!".
        let found = try run("root ::= \"a!\"")
        #expect(found.reason == .failed(.sampling(.noCandidate(vocabularyCount: 101))) && found.text == "a")
    }
}
