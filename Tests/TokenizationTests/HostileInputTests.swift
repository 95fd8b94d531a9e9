import GGUF
import Testing
import Tokenization

/// Texts and vocabularies that are made to be slow or to trap.
@Suite struct HostileInputTests {
    private static let vocabularies: [(file: String, overrides: [String: MetadataValue])] = [
        ("byte-level.gguf", [:]), ("plain-text.gguf", ["pre": .text("gemma4")]), ("sentencepiece.gguf", [:]),
        ("sentencepiece-phrases.gguf", [:]), ("unigram.gguf", [:]), ("wordpiece.gguf", [:]),
    ]

    /// Quadratic work on a megabyte would take hours.
    @Test(.timeLimit(.minutes(2))) func aMegabyteOfAnythingIsRead() throws {
        let patterns = [
            " ", "a", "\n", "1", ".", "é", "中", "aA", "éA", " \t", "<|im_end|", "\u{301}", "'", "A", "<tag>",
        ]
        for vocabulary in Self.vocabularies {
            let tokenizer = try FixtureVocabulary.tokenizer(vocabulary.file, vocabulary.overrides)
            for pattern in patterns {
                let text = String(repeating: pattern, count: 1_000_000 / pattern.utf8.count)
                let tokens = tokenizer.encode(text, options: .template)
                #expect(tokens.count <= text.utf8.count + 1, "\(vocabulary.file) \(pattern.debugDescription)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func everySplitRuleReadsLongRuns() throws {
        let patterns = [" ", "a", "éA", "1", "\n ", "x' "]
        for row in PreTokenizers.all {
            let tokenizer = try FixtureVocabulary.tokenizer("byte-level.gguf", ["pre": .text(row.names[0])])
            for pattern in patterns {
                let text = String(repeating: pattern, count: 100_000 / pattern.utf8.count)
                #expect(tokenizer.encode(text, options: .userText).count <= text.utf8.count, "\(row.names)")
            }
        }
    }

    /// A control token that is half a character must not cut characters of a text in two.
    @Test func specialTokensThatAreNoTextAreNotFound() throws {
        var metadata = try FixtureVocabulary.metadata("plain-text.gguf", ["pre": .text("gemma4")])
        let old = try metadata.strings("tokenizer.ggml.tokens")
        var types = try metadata.integers("tokenizer.ggml.token_type").map(Int32.init)
        var texts = (0..<old.count).map { old.bytes(at: $0) }
        let half: [UInt8] = [0xE4, 0xB8]
        texts[texts.count - 1] = half
        types[types.count - 1] = 3
        metadata["tokenizer.ggml.tokens"] = .array(MetadataArray(texts.map { MetadataString(bytes: $0) }))
        metadata["tokenizer.ggml.token_type"] = .array(MetadataArray(types))
        let tokenizer = try Tokenizer(metadata: metadata)
        let tokens = tokenizer.encode("a 中 b 中中", options: .prompt)
        #expect(!tokens.contains(Int32(texts.count - 1)))
    }

    @Test func bytesThatAreNoTextDoNotTrap() throws {
        var random = SystemRandomNumberGenerator()
        for vocabulary in Self.vocabularies {
            let tokenizer = try FixtureVocabulary.tokenizer(vocabulary.file, vocabulary.overrides)
            for _ in 0..<300 {
                let bytes = (0..<60).map { _ in UInt8.random(in: 0...255, using: &random) | (Bool.random() ? 0x80 : 0) }
                let tokens = tokenizer.encode(bytes: bytes, options: .prompt)
                _ = tokenizer.decode(tokens)
            }
        }
    }

    /// SentencePiece has a token for every byte, so that nothing is lost.
    @Test func sentencePieceKeepsBytesThatAreNoText() throws {
        let tokenizer = try FixtureVocabulary.tokenizer("sentencepiece.gguf", ["add_space_prefix": .bool(false)])
        let bytes: [UInt8] = [0xFF, 0x41, 0xC3, 0xE2, 0x96, 0xFE, 0x80]
        let pieces = tokenizer.encode(bytes: bytes, options: .userText).flatMap { tokenizer.piece(of: $0) }
        #expect(pieces == bytes)
    }

    @Test func tokensOutsideTheVocabularyHaveNoText() throws {
        let tokenizer = try FixtureVocabulary.tokenizer("byte-level.gguf")
        #expect(tokenizer.piece(of: -1).isEmpty)
        #expect(tokenizer.piece(of: .max).isEmpty)
        #expect(tokenizer.vocabulary.text(of: .min) == nil)
    }

    // MARK: Vocabularies

    @Test(arguments: ["rwkv", "plamo2", "none", "", "GPT2"]) func otherModelsAreErrorsThatNameThem(_ name: String) {
        #expect(throws: TokenizerError.unsupportedModel(name)) {
            try FixtureVocabulary.tokenizer("byte-level.gguf", ["model": .text(name)])
        }
    }

    @Test func missingAndMistypedKeysAreErrors() throws {
        for key in ["model", "tokens", "merges"] {
            var metadata = try FixtureVocabulary.metadata("byte-level.gguf")
            metadata["tokenizer.ggml.\(key)"] = nil
            #expect(throws: TokenizerError.self, "\(key) missing") { try Tokenizer(metadata: metadata) }
            metadata["tokenizer.ggml.\(key)"] = .bool(true)
            #expect(throws: TokenizerError.self, "\(key) mistyped") { try Tokenizer(metadata: metadata) }
        }
        for key in ["scores", "token_type", "bos_token_id", "add_bos_token", "add_space_prefix"] {
            #expect(throws: TokenizerError.self, "\(key) mistyped") {
                try FixtureVocabulary.tokenizer("byte-level.gguf", [key: .text("x")])
            }
        }
    }

    @Test func numbersOutsideTheVocabularyCountAsAbsent() throws {
        let tokenizer = try FixtureVocabulary.tokenizer(
            "sentencepiece.gguf", ["bos_token_id": .uint32(4_000_000), "eos_token_id": .int32(-1)])
        #expect(tokenizer.vocabulary.special.bos == 1)
        #expect(tokenizer.vocabulary.special.eos == 2)
    }

    /// Any change of the map's bytes gives an error or a map that does no harm.
    @Test func damagedCharacterMapsDoNotTrap() throws {
        let metadata = try FixtureVocabulary.metadata("unigram.gguf")
        let key = "tokenizer.ggml.precompiled_charsmap"
        let map = try #require(try metadata.optionalBytes(key))
        var random = SystemRandomNumberGenerator()
        for round in 0..<60 {
            var damaged = map
            if round < 20 { damaged.removeLast(Int.random(in: 1..<damaged.count, using: &random)) }
            for _ in 0..<40 where !damaged.isEmpty {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var changed = metadata
            changed[key] = .array(MetadataArray(damaged))
            guard let tokenizer = try? Tokenizer(metadata: changed) else { continue }
            _ = tokenizer.encode("Ａ e\u{301} \u{A0}½ a\u{308}\u{301} ﬁx…", options: .userText)
        }
    }
}
