import Sampling

/// Tokens for tests: all single bytes, pieces of several characters, broken UTF-8, duplicates, and two without text.
enum GrammarTestVocabulary {
    static let endToken: Int32 = 0
    static let silentToken: Int32 = 1

    static let pieces: [[UInt8]] = {
        var pieces: [[UInt8]] = [Array("<end>".utf8), []]
        pieces += (0...255).map { [UInt8($0)] }
        let texts = [
            "ab", "aab", "ba", "\"a", "a\"", "éa", "жж", "→", "→a", "😀", "😀b", "\u{E000}", "aaaaa", "aaaaaaaaaaaa",
            "bbbbbbbbbbbbbbbbbbbbbbbb", "ab", "{\"", "\":", "\",", "},", "]", ": ", ", ", "true", "null", "123", "\n  ",
            "<tool", "_call>", "tool_call>{", "call>x", "</think>", "</think>\n", "think>a",
        ]
        pieces += texts.map { Array($0.utf8) }
        pieces += [
            [0xC3, 0xA9, 0xC3], [0xA9, 0x61], [0xE2, 0x86], [0x92, 0x62], [0xF0, 0x9F], [0x98, 0x80, 0xF0, 0x9F],
        ]
        return pieces
    }()

    static let vocabulary = ConstraintVocabulary(count: pieces.count, endOfGeneration: [endToken]) { pieces[Int($0)] }

    static func token(_ text: String) -> Int32 {
        Int32(pieces.firstIndex { $0.elementsEqual(text.utf8) } ?? 1)
    }
}
