import GGUF
import TestSupport
import Testing
import Tokenization

/// Every name in the table against what llama.cpp reads with that name.
@Suite struct SplitRuleTests {
    struct Rules: Decodable {
        var texts: [String]
        var vocabularies: [Vocabulary]

        struct Vocabulary: Decodable {
            var vocabulary: String
            var cleanup: String
            var names: [Name]
            /// Ids of all texts, for each group of names with the same ids.
            var groups: [[[TokenID]]]
        }

        struct Name: Decodable {
            var name: String
            var model: String
            var group: Int
            /// "a" with the tokens around it.
            var framed: [TokenID]
            var decoded: String
        }
    }

    private let rules: Rules

    init() throws { rules = try Fixtures.json("tokenizers/split-rules.json", as: Rules.self) }

    @Test func everyNameGivesTheIdsOfLlamaCpp() throws {
        for vocabulary in rules.vocabularies {
            for name in vocabulary.names {
                let tokenizer = try FixtureVocabulary.tokenizer(
                    vocabulary.vocabulary, ["pre": .text(name.name), "model": .text(name.model)])
                for (text, ids) in zip(rules.texts, vocabulary.groups[name.group]) {
                    #expect(tokenizer.encode(text, options: .userText) == ids, "\(name.name): \(text.debugDescription)")
                }
                let options = EncodingOptions(addingSpecialTokens: true, parsingSpecialTokens: false)
                #expect(tokenizer.encode("a", options: options) == name.framed, "\(name.name)")
                let tokens = tokenizer.encode(vocabulary.cleanup, options: .userText)
                #expect(tokenizer.decode(tokens) == name.decoded, "\(name.name)")
            }
        }
    }

    /// A row without a fixture fails, and so does a name that is in two rows.
    @Test func theFixturesHaveEveryNameOnce() {
        let names = PreTokenizers.all.flatMap(\.names)
        #expect(Set(names).count == names.count)
        #expect(Set(names) == Set(rules.vocabularies.flatMap(\.names).map(\.name)))
    }

    /// The texts are no use if a wrong rule passes them: names of different groups must differ on a text.
    @Test func neighbouringRulesFailEachOthersFixtures() {
        for vocabulary in rules.vocabularies {
            for (number, group) in vocabulary.groups.enumerated() {
                for other in vocabulary.groups[..<number] { #expect(zip(group, other).contains { $0 != $1 }) }
            }
        }
        // Rows that cut words in the same way differ in what they do besides.
        let groups = Dictionary(
            rules.vocabularies.flatMap { vocabulary in
                vocabulary.names.map { ($0.name, "\(vocabulary.vocabulary) \($0.group)") }
            }, uniquingKeysWith: { first, _ in first })
        for row in PreTokenizers.all { #expect(Set(row.names.map { groups[$0] }).count == 1, "\(row.names)") }
        let groupsOfRules = Dictionary(grouping: PreTokenizers.all, by: { groups[$0.names[0]] })
        #expect(groupsOfRules.count == rules.vocabularies.map(\.groups.count).reduce(0, +))
    }

    @Test func anUnknownNameIsAnErrorThatNamesIt() throws {
        #expect(throws: TokenizerError.unknownPreTokenizer("qwen9")) {
            try FixtureVocabulary.tokenizer("byte-level.gguf", ["pre": .text("qwen9")])
        }
        #expect("\(TokenizerError.unknownPreTokenizer("qwen9"))".contains("qwen9"))
    }
}
