/// WordPiece after BERT: words and punctuation marks, each cut into the longest tokens from the left.
///
/// In GGUF a token that begins a word starts with U+2581, and one that continues a word is written as it is. The
/// normaliser is Hugging Face's; llama.cpp's takes the accents off more coarsely, and loses Hangul and Devanagari.
struct WordPiece: Sendable {
    private var trie: ByteTrie
    private let unknown: TokenID?
    private let flags: VocabularyFlags

    /// Longer words are unknown, which also bounds the work for a word.
    private static let longestWord = 100

    init(vocabulary: Vocabulary) {
        trie = ByteTrie(capacity: vocabulary.texts.bytes.count)
        for index in 0..<vocabulary.count { trie.insert(vocabulary.texts.text(index), token: TokenID(index)) }
        unknown = vocabulary.special.unknown
        flags = vocabulary.flags
    }

    /// Appends the tokens of valid UTF-8.
    func encode(_ text: ArraySlice<UInt8>, to tokens: inout [TokenID]) {
        var word = Word()
        for scalar in normalized(text) {
            if ScalarSet.whitespace.contains(scalar) {
                append(&word, to: &tokens)
            } else if Self.punctuation.contains(scalar) || Self.isChinese(scalar.value) {
                append(&word, to: &tokens)
                word.append(scalar)
                append(&word, to: &tokens)
            } else {
                word.append(scalar)
            }
        }
        append(&word, to: &tokens)
    }

    /// A word behind U+2581.
    private struct Word {
        var bytes = ByteTexts.escapedSpace
        var scalarCount = 0

        mutating func append(_ scalar: Unicode.Scalar) {
            scalarCount += 1
            // More is never looked at.
            if scalarCount <= WordPiece.longestWord { bytes.append(contentsOf: Array(UTF8.encode(scalar) ?? .init())) }
        }
    }

    private func append(_ word: inout Word, to tokens: inout [TokenID]) {
        guard word.scalarCount > 0 else { return }
        defer { word = Word() }
        let first = tokens.count
        var position = 0
        while position < word.bytes.count, word.scalarCount <= Self.longestWord {
            // The first piece is more than the mark of a word's start.
            let minimum = position == 0 ? ByteTexts.escapedSpace.count : 0
            guard let (token, end) = longestToken(in: word.bytes, at: position, past: position + minimum) else {
                break
            }
            tokens.append(token)
            position = end
        }
        if position < word.bytes.count {
            tokens.removeLast(tokens.count - first)
            if let unknown { tokens.append(unknown) }
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

    // MARK: Normalisation

    private static let punctuation = ScalarSet.punctuation | (.symbols & .ascii)

    private func normalized(_ text: ArraySlice<UInt8>) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars where Self.isKept(scalar) {
            if flags.stripsAccents {
                Decomposition.append(scalar, to: &scalars) { !ScalarSet.nonspacingMarks.contains($0) }
            } else {
                scalars.append(scalar)
            }
        }
        guard flags.lowercases else { return scalars }
        return scalars.flatMap { scalar in
            UnicodeTables.lowercase[scalar.value]?.compactMap(Unicode.Scalar.init) ?? [scalar]
        }
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\r": true
        case "\0", "\u{FFFD}": false
        default: !ScalarSet.controls.contains(scalar)
        }
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
    /// Appends what a scalar decomposes to, as far as it is wanted.
    static func append(
        _ scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar], where isWanted: (Unicode.Scalar) -> Bool
    ) {
        if scalar.value < 0xC0 {
            scalars.append(scalar)
        } else if let parts = UnicodeTables.decompositions[scalar.value] {
            scalars.append(contentsOf: parts.compactMap(Unicode.Scalar.init).filter(isWanted))
        } else if 0xAC00...0xD7A3 ~= scalar.value {
            scalars.append(contentsOf: hangul(scalar.value).compactMap(Unicode.Scalar.init))
        } else if isWanted(scalar) {
            scalars.append(scalar)
        }
    }

    /// Source: Unicode Standard, 3.12: a syllable is 28 finals × 21 vowels × initial.
    private static func hangul(_ syllable: UInt32) -> [UInt32] {
        let index = syllable - 0xAC00
        let final = index % 28
        let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
        return final == 0 ? letters : letters + [0x11A7 + final]
    }
}
