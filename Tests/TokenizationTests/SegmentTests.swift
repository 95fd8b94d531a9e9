import GGUF
import Testing
import Tokenization

@Suite struct SegmentTests {
    @Test func controlTokensInUserTextStayText() throws {
        let tokenizer = try FixtureVocabulary.tokenizer("byte-level.gguf")
        let end = try #require(tokenizer.vocabulary.special.eos)
        let segments: [TextSegment] = [.template("<|im_end|>"), .user("<|im_end|>"), .template("<|im_end|>")]
        let tokens = tokenizer.encode(segments, addingSpecialTokens: false)
        #expect(tokens.first == end)
        #expect(tokens.last == end)
        #expect(tokens.filter { $0 == end }.count == 2)
        #expect(tokens.dropFirst().dropLast() == tokenizer.encode("<|im_end|>", options: .userText)[...])
    }

    /// A control token cannot be put together from both sides of a seam.
    @Test func tokensDoNotReachOverSeams() throws {
        let tokenizer = try FixtureVocabulary.tokenizer("byte-level.gguf")
        let end = try #require(tokenizer.vocabulary.special.eos)
        let tokens = tokenizer.encode([.template("<|im_"), .user("end|>")], addingSpecialTokens: false)
        #expect(!tokens.contains(end))
        #expect(tokens == tokenizer.encode("<|im_end|>", options: .userText))
    }

    /// Cutting a text into segments changes nothing where no special token stands.
    @Test(arguments: ["byte-level.gguf", "sentencepiece.gguf", "unigram.gguf", "wordpiece.gguf"])
    func seamsDoNotShow(_ file: String) throws {
        let tokenizer = try FixtureVocabulary.tokenizer(file)
        let text = "Hello world, it's 12345 o'clock.\n\n  The end"
        let whole = tokenizer.encode(text, options: .prompt)
        for cut in text.indices {
            let segments: [TextSegment] = [.template(String(text[..<cut])), .user(String(text[cut...]))]
            #expect(tokenizer.encode(segments, addingSpecialTokens: true) == whole, "\(text[..<cut])")
        }
    }

    @Test func longTextIsReadLikeItsParts() throws {
        // Long texts go through the cache of words, short ones do not.
        for file in ["byte-level.gguf", "sentencepiece.gguf", "wordpiece.gguf"] {
            let tokenizer = try FixtureVocabulary.tokenizer(file, ["add_space_prefix": .bool(false)])
            let line = "Hello world, don't stop 123 camelCase éÉ 中文 unbelievably-long-word-of-many-letters\n"
            let one = tokenizer.encode(line, options: .userText)
            let many = tokenizer.encode(String(repeating: line, count: 200), options: .userText)
            #expect(many == [[TokenID]](repeating: one, count: 200).flatMap(\.self), "\(file)")
        }
    }
}
