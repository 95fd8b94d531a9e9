import GGUF
import Inference
import JSON
import Sampling
import TestSupport
import Testing
import Tokenization

/// Constraints on the vocabulary of the bundled model, with random logits in the model's place.
@Suite struct VocabularyConstraintTests {
    private let vocabulary: ConstraintVocabulary
    private let tokenizer: Tokenizer

    init() throws {
        tokenizer = try Tokenizer(metadata: try GGUFFile(path: Fixtures.path("models/bundled.gguf")).metadata)
        vocabulary = ConstraintVocabulary(tokenizer, count: tokenizer.vocabulary.count)
    }

    private static let schema = #"""
        {"type":"object","properties":{"name":{"type":"string","minLength":2,"maxLength":12},"age":{"type":"integer",
        "minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["a","b\n","ü"]},"maxItems":3},
        "when":{"type":"string","format":"date"},"x":{"type":"number","exclusiveMinimum":-0.5,"maximum":7.25}},
        "required":["name","age","x"]}
        """#

    private func grammars() throws -> [Grammar] {
        [
            try Grammar(jsonSchema: try JSONParser.parse(Self.schema)),
            try Grammar(regex: #"\d{1,3}( [a-zé日-本]{2,9}){1,5}[.!?]"#),
            try Grammar(
                gbnf: "root ::= sum \"\\n\"\nsum ::= part (\" + \" part){0,4}\npart ::= [0-9]{1,2} | \"(\" sum \")\""),
            try Grammar.choices(["yes", "no", "perhaps, or perhaps not", "naïve"]),
        ]
    }

    /// Whatever is sampled is of the grammar, by the matcher that knows no tokens.
    @Test func whatIsSampledIsOfTheGrammar() throws {
        var random = SeededGenerator(seed: 21)
        var mask = TokenMask(vocabularyCount: 0, allowingAll: false)
        var candidates = Candidates()
        for grammar in try grammars() {
            var matcher = try GrammarMatcher(grammar)
            let start = try GrammarConstraint(grammar, vocabulary: vocabulary)
            for seed in 0..<12 {
                var constraint = start
                var options = SamplingOptions()
                options.seed = UInt64(seed)
                var chain = try SamplerChain(options, vocabularyCount: vocabulary.count)
                var text: [UInt8] = []
                var hasEnded = false
                for _ in 0..<400 where !hasEnded {
                    let logits = (0..<vocabulary.count).map { _ in Float.random(in: -5...5, using: &random) }
                    _ = try constraint.mask(into: &mask)
                    let token = try chain.sample(logits.span, mask: mask, using: &candidates)
                    constraint.accept(token)
                    text +=
                        vocabulary.endOfGeneration.contains(token) ? [] : tokenizer.piece(of: token, special: .hidden)
                    hasEnded = vocabulary.endOfGeneration.contains(token) || constraint.isComplete
                }
                #expect(hasEnded, "every one of these grammars has an end")
                #expect(try matcher.matches(text), "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    /// Every tokenization of a text of the grammar is allowed, the tokenizer's own first of all.
    @Test func theTokenizersOwnTokensAreAllowed() throws {
        let grammar = try Grammar(jsonSchema: try JSONParser.parse(Self.schema))
        var mask = TokenMask(vocabularyCount: 0, allowingAll: false)
        for text in [
            #"{"name": "Zoë日本", "age": 36, "tags": ["ü", "b\n"], "when": "2024-02-29", "x": -0.25}"#,
            #"{"name":"ab","age":0,"x":7.25}"#,
        ] {
            var constraint = try GrammarConstraint(grammar, vocabulary: vocabulary)
            for token in tokenizer.encode(text, options: .userText) {
                _ = try constraint.mask(into: &mask)
                let isAllowed = mask[token]
                #expect(isAllowed, "\(tokenizer.piece(of: token, special: .shown)) in \(text)")
                constraint.accept(token)
            }
            #expect(constraint.isComplete)
        }
    }
}
