import GGUF
import TestSupport
import Testing
import Tokenization

/// Vocabularies of every algorithm, with their flags set one way and another, against llama.cpp.
@Suite struct VocabularyCaseTests {
    struct Cases: Decodable { var cases: [Case] }

    struct Case: Decodable {
        var vocabulary: String
        var model: String
        var overrides: [String: Override]
        /// `general.name`.
        var name: String
        /// Tokens at which generation ends.
        var ends: Set<TokenID>
        var cleanup: String
        var decoded: String
        var rows: [Row]
    }

    struct Row: Decodable {
        var text: String
        var framed: Bool
        var special: Bool
        var ids: [TokenID]
    }

    /// A flag or a name.
    enum Override: Decodable {
        case flag(Bool)
        case name(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = .name(try container.decode(String.self))
            }
        }

        var value: MetadataValue {
            switch self {
            case .flag(let flag): .bool(flag)
            case .name(let name): .text(name)
            }
        }
    }

    private func tokenizer(_ row: Case) throws -> Tokenizer {
        var metadata = try FixtureVocabulary.metadata(row.vocabulary, row.overrides.mapValues(\.value))
        metadata["tokenizer.ggml.model"] = .text(row.model)
        metadata["general.name"] = .text(row.name)
        if row.overrides["pre"] == nil { metadata["tokenizer.ggml.pre"] = nil }
        return try Tokenizer(metadata: metadata)
    }

    @Test func everyCaseGivesTheIdsOfLlamaCpp() throws {
        for row in try Fixtures.json("tokenizers/cases.json", as: Cases.self).cases {
            let tokenizer = try tokenizer(row)
            let name = "\(row.vocabulary) \(row.overrides) \(row.name)"
            for example in row.rows {
                let options = EncodingOptions(
                    addingSpecialTokens: example.framed, parsingSpecialTokens: example.special)
                #expect(
                    tokenizer.encode(example.text, options: options) == example.ids,
                    "\(name): \(example.text.debugDescription)")
                #expect(tokenizer.encode(bytes: Array(example.text.utf8), options: options) == example.ids)
            }
            #expect(tokenizer.vocabulary.special.endOfGeneration == row.ends, "\(name)")
            #expect(tokenizer.decode(tokenizer.encode(row.cleanup, options: .userText)) == row.decoded, "\(name)")
        }
    }

    struct WordPieceCases: Decodable {
        var cases: [Case]

        struct Case: Decodable {
            var lowercase: Bool
            var strip_accents: Bool
            var rows: [Row]
        }

        struct Row: Decodable {
            var text: String
            var framed: Bool
            var ids: [TokenID]
        }
    }

    @Test func wordPieceGivesTheIdsOfHuggingFace() throws {
        for row in try Fixtures.json("tokenizers/wordpiece.json", as: WordPieceCases.self).cases {
            let tokenizer = try FixtureVocabulary.tokenizer(
                "wordpiece.gguf",
                [
                    "normalizer.lowercase": .bool(row.lowercase), "normalizer.strip_accents": .bool(row.strip_accents),
                ])
            for example in row.rows {
                let options = EncodingOptions(
                    addingSpecialTokens: example.framed, parsingSpecialTokens: false)
                #expect(
                    tokenizer.encode(example.text, options: options) == example.ids,
                    "\(row.lowercase) \(row.strip_accents): \(example.text.debugDescription)")
            }
        }
    }
}
