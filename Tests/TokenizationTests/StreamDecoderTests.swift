import Testing

import Tokenization

@Suite struct StreamDecoderTests {
    @Test func holdsBytesUntilTheCharacterIsWhole() {
        var decoder = StreamDecoder()
        let bytes = Array("a🙂é".utf8)
        let parts = bytes.map { decoder.append([$0]) }
        #expect(parts == ["a", "", "", "", "🙂", "", "é"])
        #expect(decoder.flush().isEmpty)
    }

    @Test func replacesWhatCannotBecomeACharacter() {
        var decoder = StreamDecoder()
        #expect(decoder.append([0xFF, 0x41]) == "\u{FFFD}A")
        #expect(decoder.append([0xE2, 0x82]) == "")
        #expect(decoder.append([0x41]) == "\u{FFFD}A")
        #expect(decoder.append([0xF0, 0x9F]) == "")
        #expect(decoder.flush() == "\u{FFFD}")
    }

    /// Whatever the cuts, the text is the same as that of all bytes at once.
    @Test func cutsDoNotMatter() {
        let alphabet: [UInt8] = [
            0x41, 0xC3, 0xA9, 0xE0, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x99, 0x82, 0xED, 0xF4, 0x90, 0xFF,
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let bytes = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var decoder = StreamDecoder()
            var text = ""
            var position = 0
            while position < bytes.count {
                let count = Int.random(in: 1...5, using: &random)
                text += decoder.append(Array(bytes[position..<min(position + count, bytes.count)]))
                position += count
            }
            text += decoder.flush()
            let whole = String(decoding: bytes, as: UTF8.self)
            #expect(Array(text.unicodeScalars) == Array(whole.unicodeScalars), "\(bytes)")
        }
    }
}
