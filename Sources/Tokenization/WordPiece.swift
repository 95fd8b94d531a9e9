/// WordPiece after BERT: words and punctuation marks, each cut into the longest tokens from the left.
///
/// In GGUF a token that begins a word starts with U+2581, and one that continues a word is written as it is. The
/// normaliser is Hugging Face's; llama.cpp's takes the accents off more coarsely, and loses Hangul and Devanagari.
struct WordPiece: Sendable {
    private let trie: ByteTrie
    private let unknown: TokenID?
    private let flags: VocabularyFlags

    /// Longer words are unknown, which also bounds the work for a word.
    private static let longestWord = 100

    init(vocabulary: Vocabulary) throws(TokenizerError) {
        trie = try ByteTrie(vocabulary.texts, numbers: (0..<vocabulary.count).map { TokenID($0) })
        unknown = vocabulary.special.unknown
        flags = vocabulary.flags
    }

    /// Appends the tokens of valid UTF-8.
    func encode(_ text: [UInt8], to tokens: inout [TokenID]) {
        var words = Words(cache: WordCache(isUsed: text.count >= WordCache.smallestText), tokens: tokens)
        var position = 0
        while position < text.count {
            let (value, length) = UTF8Text.scalar(in: text, at: position)
            position += length
            if value < 0x80 {
                appendASCII(UInt8(value), to: &words)
            } else if let scalar = Unicode.Scalar(value), Self.isKept(scalar) {
                for part in normalized(scalar) { append(part, to: &words) }
            }
        }
        endWord(&words)
        tokens = words.tokens
    }

    /// The word that is being put together, and the tokens so far.
    private struct Words {
        var word = ByteTexts.escapedSpace
        var scalarCount = 0
        var cache: WordCache
        var tokens: [TokenID]

        mutating func append(_ bytes: some Sequence<UInt8>) {
            scalarCount += 1
            // More is never looked at.
            if scalarCount <= WordPiece.longestWord { word.append(contentsOf: bytes) }
        }

        mutating func startWord() {
            word.removeLast(word.count - ByteTexts.escapedSpace.count)
            scalarCount = 0
        }
    }

    private func appendASCII(_ byte: UInt8, to words: inout Words) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            words.append(CollectionOfOne(byte))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            words.append(CollectionOfOne(flags.lowercases ? byte | 0x20 : byte))
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): endWord(&words)
        case 0x21...0x7E:
            endWord(&words)
            words.append(CollectionOfOne(byte))
            endWord(&words)
        default: break
        }
    }

    private func append(_ scalar: Unicode.Scalar, to words: inout Words) {
        if ScalarSet.whitespace.contains(scalar) { return endWord(&words) }
        let isWord = ScalarSet.punctuation.contains(scalar) || Self.isChinese(scalar.value)
        if isWord { endWord(&words) }
        words.append(UTF8.encode(scalar) ?? .init())
        if isWord { endWord(&words) }
    }

    private func endWord(_ words: inout Words) {
        guard words.scalarCount > 0 else { return }
        defer { words.startWord() }
        let key = words.cache.isUsed ? WordCache.Key(words.word, 0..<words.word.count) : nil
        if let key, words.cache.append(key, to: &words.tokens) { return }
        let first = words.tokens.count
        appendPieces(&words)
        if let key { words.cache.remember(key, words.tokens[first...]) }
    }

    private func appendPieces(_ words: inout Words) {
        let first = words.tokens.count
        var position = 0
        while position < words.word.count, words.scalarCount <= Self.longestWord {
            // The first piece is more than the mark of a word's start.
            let minimum = position == 0 ? ByteTexts.escapedSpace.count : 0
            guard let (token, end) = longestToken(in: words.word, at: position, past: position + minimum) else { break }
            words.tokens.append(token)
            position = end
        }
        if position < words.word.count {
            words.tokens.removeLast(words.tokens.count - first)
            if let unknown { words.tokens.append(unknown) }
        }
    }

    private func longestToken(in bytes: [UInt8], at start: Int, past minimum: Int) -> (TokenID, end: Int)? {
        var found: (TokenID, end: Int)?
        var node = ByteTrie.root
        for position in start..<bytes.count {
            guard let next = trie.child(of: node, bytes[position]) else { break }
            node = next
            if position >= minimum, let token = trie.token(at: node) { found = (token, position + 1) }
        }
        return found
    }

    // MARK: Normalisation of what is not ASCII

    private func normalized(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        var parts = [scalar]
        if flags.stripsAccents {
            parts = Decomposition.parts(of: scalar).filter { !ScalarSet.nonspacingMarks.contains($0) }
        }
        guard flags.lowercases else { return parts }
        return parts.flatMap { UnicodeTables.lowercase[$0.value]?.compactMap(Unicode.Scalar.init) ?? [$0] }
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\u{FFFD}" && !ScalarSet.controls.contains(scalar)
    }

    /// Ideographs, which are words of their own; the gap before U+2B920 is Hugging Face's.
    private static func isChinese(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}

/// Full canonical decomposition of single scalars (NFD without reordering of marks).
enum Decomposition {
    static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if let parts = UnicodeTables.decompositions[scalar.value] { return parts.compactMap(Unicode.Scalar.init) }
        guard 0xAC00...0xD7A3 ~= scalar.value else { return [scalar] }
        return hangul(scalar.value).compactMap(Unicode.Scalar.init)
    }

    /// Source: Unicode Standard, 3.12: a syllable is 28 finals × 21 vowels × initial.
    private static func hangul(_ syllable: UInt32) -> [UInt32] {
        let index = syllable - 0xAC00
        let final = index % 28
        let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
        return final == 0 ? letters : letters + [0x11A7 + final]
    }
}
