package import Tokenization

extension Tokenizer {
    /// All token sequences that contain or complete one of the texts, for DRY's sequence breakers.
    ///
    /// A text may begin inside a token and end in later ones: each token that ends with a beginning of the text is
    /// followed by the tokens of the rest. Texts are cut at 40 bytes, as in llama.cpp; empty ones are left out.
    ///
    /// *Complexity*: `O(vocabulary · texts)`: keep the result where the same texts are used again and again.
    package func sequenceBreakers(containing texts: [String]) -> [[TokenID]] {
        let texts = texts.map { Array($0.utf8.prefix(Self.longestBreaker)) }.filter { !$0.isEmpty }
        guard !texts.isEmpty else { return [] }
        var sequences: Set<[TokenID]> = []
        for token in 0..<TokenID(vocabulary.count) {
            let piece = piece(of: token, special: .shown)
            for text in texts {
                for rest in Self.rests(of: text, after: piece) {
                    sequences.insert([token] + encode(bytes: Array(rest), options: .userText))
                }
            }
        }
        return sequences.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static var longestBreaker: Int { 40 }

    /// What of a text is still to come after a piece that contains it, or that ends with a beginning of it.
    private static func rests(of text: [UInt8], after piece: [UInt8]) -> [ArraySlice<UInt8>] {
        var rests: [ArraySlice<UInt8>] = []
        for start in piece.indices where piece[start] == text[0] {
            let common = zip(piece[start...], text).prefix { $0 == $1 }.count
            if common == text.count { return [text[text.endIndex...]] }
            if start + common == piece.count { rests.append(text[common...]) }
        }
        return rests
    }
}
