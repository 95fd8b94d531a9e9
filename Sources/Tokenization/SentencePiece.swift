/// SentencePiece byte-pair encoding: any two neighbours whose text is a token merge, the best score first; what is
/// no token in the end goes byte by byte.
struct SentencePiece: Sendable {
    private var table: TextTable
    private var priorities: [UInt32]
    /// Token for each byte of text without a token; −1 if there is none.
    private var byteTokens = [TokenID](repeating: -1, count: 256)
    private let unknown: TokenID?
    private var borders = WordBorders()

    init(vocabulary: Vocabulary) {
        table = TextTable(capacity: vocabulary.count)
        for index in 0..<vocabulary.count {
            let text = vocabulary.texts[index]
            table.append(vocabulary.texts.bytes[text])
            borders.learn(vocabulary.texts.bytes, text)
        }
        priorities = (0..<vocabulary.count).map { Self.priority(of: vocabulary.score(of: TokenID($0))) }
        unknown = vocabulary.special.unknown
        for byte in UInt8.min...UInt8.max {
            byteTokens[Int(byte)] = table.find(ByteTexts.name(of: byte)) ?? table.find([byte]) ?? unknown ?? -1
        }
    }

    /// Appends the tokens of a text, which need not be UTF-8.
    func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], flags: VocabularyFlags,
        to tokens: inout [TokenID]
    ) {
        var scratch = EncodingScratch(byteCount: text.count)
        var followsToken = true
        for fragment in fragments {
            switch fragment {
            case .token(let token):
                tokens.append(token)
                followsToken = true
            case .text(let range):
                let prefix = flags.addsSpacePrefix && followsToken ? ByteTexts.escapedSpace : []
                encode(prefix + ByteTexts.escapingSpaces(text[range]), &scratch, to: &tokens)
                followsToken = false
            }
        }
    }

    private func encode(_ text: [UInt8], _ scratch: inout EncodingScratch, to tokens: inout [TokenID]) {
        var start = 0
        while start < text.count {
            let end = borders.nextBorder(in: text, from: start, to: text.count)
            scratch.appendWord(text, start..<end, to: &tokens) { merger, tokens in
                encodeWord(text, start..<end, merger: &merger, to: &tokens)
            }
            start = end
        }
    }

    private func encodeWord(
        _ text: [UInt8], _ word: Range<Int>, merger: inout SymbolMerger, to tokens: inout [TokenID]
    ) {
        merger.pieces.removeAll(keepingCapacity: true)
        var position = word.lowerBound
        while position < word.upperBound {
            merger.pieces.append(.init(symbol: -1, start: position))
            position = min(position + ByteTexts.characterLength(text[position]), word.upperBound)
        }
        merger.merge(text, end: word.upperBound, rules: self)
        for index in merger.pieces.indices {
            let piece = merger.pieces[index]
            let end = index + 1 < merger.pieces.count ? merger.pieces[index + 1].start : word.upperBound
            if piece.symbol >= 0 {
                tokens.append(piece.symbol)
            } else if let token = table.find(text, piece.start..<end) {
                tokens.append(token)
            } else {
                for byte in text[piece.start..<end] where byteTokens[Int(byte)] >= 0 {
                    tokens.append(byteTokens[Int(byte)])
                }
            }
        }
    }

    /// Scores as unsigned numbers in reverse order.
    private static func priority(of score: Float) -> UInt32 {
        let bits = (score + 0).bitPattern  // −0 becomes 0
        let ascending = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
        return min(~ascending, Merge.none.priority - 1)
    }
}

extension SentencePiece: MergeRules {
    func merge(_ left: Int32, _ right: Int32, text: Range<Int>, of bytes: [UInt8]) -> Merge {
        guard let token = table.find(bytes, text) else { return .none }
        return Merge(priority: priorities[Int(token)], symbol: token)
    }
}
