import HeapCounter
import Testing
import Tokenization

/// From a token to its text, in the loop that generates.
@Suite("Allocations of decoding", .enabled(if: heap_counter_works, "this C library's allocator cannot be counted"))
struct DecodingAllocationTests {
    @Test(arguments: ["byte-level.gguf", "sentencepiece.gguf", "unigram.gguf", "wordpiece.gguf", "plain-text.gguf"])
    func aTokenBecomesTextWithoutAllocating(file: String) throws {
        let tokenizer = try FixtureVocabulary.tokenizer(file)
        // Whole characters, up to the 15 bytes that a string holds in place. Byte tokens are spelled out, and rare.
        let tokens = (0..<TokenID(tokenizer.vocabulary.count)).filter {
            let piece = tokenizer.piece(of: $0)
            return piece.count <= 15 && String(validating: piece, as: UTF8.self) != nil
                && !tokenizer.vocabulary.attributes(of: $0).contains(.byte)
        }
        var decoder = StreamDecoder()
        var piece: [UInt8] = []
        var byteCount = 0
        func decodeAll() {
            for token in tokens {
                piece.removeAll(keepingCapacity: true)
                tokenizer.appendPiece(of: token, to: &piece)
                byteCount += decoder.append(piece).utf8.count
            }
        }
        decodeAll()
        heap_counter_start()
        decodeAll()
        #expect(heap_counter_stop() == 0)
        #expect(byteCount > 0)
    }
}
