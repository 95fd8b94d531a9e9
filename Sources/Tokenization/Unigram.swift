import GGUF

/// Unigram segmentation: of all ways to cut a text into tokens the one with the best sum of scores (Viterbi).
struct Unigram: Sendable {
    private var trie: ByteTrie
    /// Score of each token; user-defined tokens count 0, more than any log probability.
    private let scores: [Float]
    /// Score of a character that is no token.
    private let unknownScore: Float
    private let unknown: TokenID?
    private let map: CharacterMap
    private let flags: VocabularyFlags
    /// The best path through a text goes through its words.
    private var borders = WordBorders()

    /// How much worse than the worst token an unknown character is.
    private static let unknownPenalty: Float = 10

    init(vocabulary: Vocabulary, metadata: Metadata) throws(TokenizerError) {
        let bytes: [UInt8]?
        do { bytes = try metadata.optionalBytes("tokenizer.ggml.precompiled_charsmap") } catch {
            throw .metadata(error)
        }
        if let bytes, !bytes.isEmpty { map = try CharacterMap(bytes) } else { map = CharacterMap() }
        flags = vocabulary.flags
        unknown = vocabulary.special.unknown
        trie = ByteTrie(capacity: vocabulary.texts.bytes.count)
        var worst = Float.greatestFiniteMagnitude
        var scores = [Float](repeating: 0, count: vocabulary.count)
        for index in 0..<vocabulary.count {
            let attributes = vocabulary.attributes[index]
            let score = vocabulary.score(of: TokenID(index))
            if attributes.contains(.normal) { worst = min(worst, score) }
            if !attributes.contains(.userDefined) { scores[index] = score }
            if !attributes.isDisjoint(with: [.normal, .userDefined, .unused]) {
                let text = vocabulary.texts.text(index)
                try trie.insert(text[...], token: TokenID(index))
                borders.learn(text)
            }
        }
        self.scores = scores
        unknownScore = worst - Self.unknownPenalty
    }

    /// The best way to reach a position of the text.
    private struct Step {
        /// −1: no token, an unknown character.
        var token: TokenID = -1
        var start = 0
        var score = -Double.greatestFiniteMagnitude
    }

    /// Appends the tokens of valid UTF-8.
    func encode(_ text: [UInt8], to tokens: inout [TokenID]) {
        let text = normalized(text)
        var scratch = EncodingScratch(byteCount: text.count)
        let first = tokens.count
        var start = 0
        while start < text.count {
            let end = borders.nextBorder(in: text, from: start, to: text.count)
            let wordStart = tokens.count
            scratch.appendWord(text, start..<end, to: &tokens) { _, tokens in
                encodeWord(Array(text[start..<end]), to: &tokens)
            }
            // Neighbouring unknown characters are one unknown token, also across words.
            if first < wordStart, wordStart < tokens.count, let unknown, tokens[wordStart - 1] == unknown,
                tokens[wordStart] == unknown
            {
                tokens.remove(at: wordStart)
            }
            start = end
        }
    }

    private func encodeWord(_ text: [UInt8], to tokens: inout [TokenID]) {
        let steps = bestSteps(text)
        let first = tokens.count
        var position = text.count
        var followsUnknown = false
        while position > 0 {
            let step = steps[position]
            let token = step.token < 0 ? unknown : step.token
            let isUnknown = token == unknown
            if let token, !(isUnknown && followsUnknown) { tokens.append(token) }
            followsUnknown = isUnknown
            position = step.start
        }
        tokens[first...].reverse()
    }

    private func bestSteps(_ text: [UInt8]) -> [Step] {
        var steps = [Step](repeating: Step(), count: text.count + 1)
        steps[0].score = 0
        var position = 0
        while position < text.count {
            let characterEnd = position + (UTF8Text.validLength(in: text, at: position) ?? 1)
            let score = steps[position].score
            var coversCharacter = false
            func reach(_ end: Int, _ token: TokenID, _ tokenScore: Double) {
                if score + tokenScore > steps[end].score {
                    steps[end] = Step(token: token, start: position, score: score + tokenScore)
                }
            }
            var node = trie.child(of: ByteTrie.root, text[position])
            var end = position + 1
            while let reached = node {
                if let token = trie.token(at: reached) {
                    coversCharacter = coversCharacter || end == characterEnd
                    reach(end, token, Double(scores[Int(token)]))
                }
                node = end < text.count ? trie.child(of: reached, text[end]) : nil
                end += 1
            }
            if !coversCharacter { reach(characterEnd, -1, Double(unknownScore)) }
            position = characterEnd
        }
        return steps
    }

    /// The text with characters replaced by the map, and spaces put and merged as the flags say.
    private func normalized(_ text: [UInt8]) -> [UInt8] {
        let space = flags.escapesSpaces ? ByteTexts.escapedSpace : [UInt8(ascii: " ")]
        var normalized: [UInt8] = []
        normalized.reserveCapacity(text.count + text.count / 2)
        var hasPrefix = false
        var isInWord = false
        func append(_ byte: UInt8) {
            guard byte != UInt8(ascii: " ") else {
                isInWord = false
                if !flags.removesExtraSpaces { normalized.append(contentsOf: space) }
                return
            }
            if !isInWord {
                isInWord = true
                if flags.addsSpacePrefix && !hasPrefix || flags.removesExtraSpaces {
                    normalized.append(contentsOf: space)
                    hasPrefix = true
                }
            }
            normalized.append(byte)
        }
        var position = 0
        while position < text.count {
            if position + 1 < text.count, map.keeps(text[position], before: text[position + 1]) {
                append(text[position])
                position += 1
            } else if let replacement = map.replacement(in: text, at: position) {
                replacement.bytes.forEach(append)
                position += replacement.consumed
            } else {
                let length = UTF8Text.validLength(in: text, at: position) ?? 1
                text[position..<position + length].forEach(append)
                position += length
            }
        }
        return normalized
    }
}
