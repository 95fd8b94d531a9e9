import GGUF

/// Unigram segmentation: of all ways to cut a text into tokens the one with the best sum of scores (Viterbi).
struct Unigram: Sendable {
    private let trie: ByteTrie
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
        var worst = Float.greatestFiniteMagnitude
        var scores = [Float](repeating: 0, count: vocabulary.count)
        var numbers: [TokenID] = []
        numbers.reserveCapacity(vocabulary.count)
        for index in 0..<vocabulary.count {
            let attributes = vocabulary.attributes[index]
            let score = vocabulary.score(of: TokenID(index))
            if attributes.contains(.normal) { worst = min(worst, score) }
            if !attributes.contains(.userDefined) { scores[index] = score }
            if !attributes.isDisjoint(with: [.normal, .userDefined, .unused]) {
                numbers.append(TokenID(index))
                borders.learn(vocabulary.texts.bytes, vocabulary.texts[index])
            }
        }
        trie = try ByteTrie(vocabulary.texts, numbers: numbers)
        self.scores = scores
        unknownScore = worst - Self.unknownPenalty
    }

    /// Appends the tokens of valid UTF-8.
    func encode(_ text: [UInt8], to tokens: inout [TokenID]) {
        var normalizer = UnigramNormalizer(map, flags, byteCount: text.count)
        normalizer.append(text)
        let text = normalizer.text
        var scratch = EncodingScratch(byteCount: text.count)
        var steps: [Step] = []
        let first = tokens.count
        var start = 0
        while start < text.count {
            let end = borders.nextBorder(in: text, from: start, to: text.count)
            let wordStart = tokens.count
            scratch.appendWord(text, start..<end, to: &tokens) { _, tokens in
                findBestSteps(text, start..<end, &steps)
                appendTokens(steps, count: end - start, to: &tokens)
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

    /// The best way to reach a position of a word.
    private struct Step {
        /// −1: no token, an unknown character.
        var token: TokenID = -1
        /// Bytes of the token or character.
        var length: Int32 = 1
        var score = -Double.greatestFiniteMagnitude
    }

    /// Finds the best step to each position of a word, by offsets from its start.
    private func findBestSteps(_ text: [UInt8], _ word: Range<Int>, _ steps: inout [Step]) {
        if steps.count <= word.count {
            steps.append(contentsOf: repeatElement(Step(), count: word.count + 1 - steps.count))
        }
        for offset in 0...word.count { steps[offset] = Step() }
        steps[0].score = 0
        var position = word.lowerBound
        while position < word.upperBound {
            let offset = position - word.lowerBound
            let length = text[position] < 0x80 ? 1 : UTF8Text.validLength(in: text, at: position) ?? 1
            let score = steps[offset].score
            var coversCharacter = false
            var node = trie.child(ofRoot: text[position])
            var end = 1
            while let reached = node {
                if let token = trie.token(at: reached) {
                    coversCharacter = coversCharacter || end == length
                    let sum = score + Double(scores[Int(token)])
                    if sum > steps[offset &+ end].score {
                        steps[offset &+ end] = Step(token: token, length: Int32(truncatingIfNeeded: end), score: sum)
                    }
                }
                node = position &+ end < word.upperBound ? trie.child(of: reached, text[position &+ end]) : nil
                end &+= 1
            }
            let sum = score + Double(unknownScore)
            if !coversCharacter, sum > steps[offset + length].score {
                steps[offset + length] = Step(length: Int32(length), score: sum)
            }
            position += length
        }
    }

    /// Appends the tokens of the best path, which is known from its end.
    private func appendTokens(_ steps: [Step], count: Int, to tokens: inout [TokenID]) {
        let first = tokens.count
        var offset = count
        var followsUnknown = false
        while offset > 0 {
            let step = steps[offset]
            let token = step.token < 0 ? unknown : step.token
            let isUnknown = token == unknown
            if let token, !(isUnknown && followsUnknown) { tokens.append(token) }
            followsUnknown = isUnknown
            offset -= Int(step.length)
        }
        tokens[first...].reverse()
    }
}
