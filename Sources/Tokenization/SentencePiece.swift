/// SentencePiece byte-pair encoding: any two neighbours whose text is a token merge, the best score first; what is
/// no token in the end goes byte by byte.
struct SentencePiece: Sendable {
    private var table: TextTable
    private var priorities: [UInt32]
    /// Token for each byte of text without a token; −1 if there is none.
    private var byteTokens = [TokenID](repeating: -1, count: 256)
    private let unknown: TokenID?
    /// No token reaches from another character into U+2581, so that words can be merged one by one.
    private let splitsWords: Bool

    init(vocabulary: Vocabulary) {
        table = TextTable(capacity: vocabulary.count)
        var splitsWords = true
        for index in 0..<vocabulary.count {
            let text = vocabulary.texts.text(index)
            table.append(text)
            splitsWords = splitsWords && Self.wordStarts(in: text).isEmpty
        }
        self.splitsWords = splitsWords
        priorities = (0..<vocabulary.count).map { Self.priority(of: vocabulary.score(of: TokenID($0))) }
        unknown = vocabulary.special.unknown
        for byte in UInt8.min ... UInt8.max {
            byteTokens[Int(byte)] = table.find(ByteTexts.name(of: byte)) ?? table.find([byte]) ?? unknown ?? -1
        }
    }

    /// Appends the tokens of a text, which need not be UTF-8.
    func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], flags: VocabularyFlags,
        to tokens: inout [TokenID]
    ) {
        var merger = SymbolMerger()
        var followsToken = true
        for fragment in fragments {
            switch fragment {
            case .token(let token):
                tokens.append(token)
                followsToken = true
            case .text(let range):
                let prefix = flags.addsSpacePrefix && followsToken ? ByteTexts.escapedSpace : []
                encode(prefix + ByteTexts.escapingSpaces(text[range]), merger: &merger, to: &tokens)
                followsToken = false
            }
        }
    }

    private func encode(_ text: [UInt8], merger: inout SymbolMerger, to tokens: inout [TokenID]) {
        var start = 0
        for end in (splitsWords ? Self.wordStarts(in: text) : []) + [text.count] where end > start {
            encodeWord(text, start..<end, merger: &merger, to: &tokens)
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
            position = min(position + Self.characterLength(text[position]), word.upperBound)
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

    /// Bytes of a character by its first one alone, as llama.cpp counts them, so that bytes that are not UTF-8 come
    /// out as they went in.
    private static func characterLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }

    /// The positions of U+2581 behind any other character.
    private static func wordStarts(in text: [UInt8]) -> [Int] {
        var starts: [Int] = []
        var afterSpace = true
        var position = 0
        while position < text.count {
            let isSpace = text[position] == 0xE2 && position + 2 < text.count && text[position + 1] == 0x96
                && text[position + 2] == 0x81
            if isSpace, !afterSpace { starts.append(position) }
            afterSpace = isSpace
            position += characterLength(text[position])
        }
        return starts
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
