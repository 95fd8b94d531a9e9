import GGUF

/// Byte-pair encoding by ranked merges, over bytes or over plain text.
struct BytePair: Sendable {
    /// Texts of tokens, then of symbols that only merges know; byte-level texts are kept as the bytes they stand for.
    private var table: TextTable
    private var merges: MergeTable
    private let rule: SplitRule
    private let behavior: PreTokenizer.Behavior
    private let tokenCount: Int
    /// Symbol of each byte as a text of its own; −1 if there is none.
    private var byteSymbols = [Int32](repeating: -1, count: 256)
    /// Token that stands for a byte of text without a token; −1 if there is none.
    private var byteTokens = [TokenID](repeating: -1, count: 256)
    /// Where plain text can be merged word by word.
    private var borders = WordBorders()

    private var isPlainText: Bool { behavior.contains(.plainText) }

    init(vocabulary: Vocabulary, metadata: Metadata) throws(TokenizerError) {
        let preTokenizer = vocabulary.preTokenizer ?? PreTokenizers.unnamed
        rule = preTokenizer.rule
        behavior = preTokenizer.behavior
        tokenCount = vocabulary.count
        let texts: PackedTexts
        do { texts = PackedTexts(try metadata.strings("tokenizer.ggml.merges")) } catch { throw .metadata(error) }
        table = TextTable(capacity: tokenCount + 1024)
        merges = MergeTable([])
        addTokens(vocabulary)
        merges = MergeTable(slots(of: texts))
        for byte in UInt8.min...UInt8.max {
            let symbol = table.find([byte]) ?? -1
            byteSymbols[Int(byte)] = symbol
            if isPlainText {
                byteTokens[Int(byte)] = table.find(ByteTexts.name(of: byte)) ?? -1
            } else if symbol < tokenCount {
                byteTokens[Int(byte)] = symbol
            }
        }
    }

    private mutating func addTokens(_ vocabulary: Vocabulary) {
        var text: [UInt8] = []
        for index in 0..<vocabulary.count {
            text.removeAll(keepingCapacity: true)
            if append(vocabulary.texts.bytes, vocabulary.texts[index], to: &text) {
                table.append(text[...])
            } else {
                table.skipNumber()
            }
        }
    }

    /// The merges by the numbers of their symbols, of which some are new; the first is applied first.
    private mutating func slots(of texts: PackedTexts) -> [MergeTable.Slot] {
        var slots: [MergeTable.Slot] = []
        slots.reserveCapacity(texts.count)
        var pair: [UInt8] = []
        var result: Int32 = 0
        for rank in 0..<texts.count {
            // A space may be the first character of the left part.
            let text = texts[rank]
            guard let space = texts.bytes[text].dropFirst().firstIndex(of: UInt8(ascii: " ")) else { continue }
            pair.removeAll(keepingCapacity: true)
            guard append(texts.bytes, text.lowerBound..<space, to: &pair) else { continue }
            let leftCount = pair.count
            guard append(texts.bytes, space + 1..<text.upperBound, to: &pair) else { continue }
            let left = symbol(pair, 0..<leftCount)
            let right = symbol(pair, leftCount..<pair.count)
            // Tokens mostly stand in the order of the merges that make them.
            if !table.matches(result, pair, 0..<pair.count) {
                let isNext = result + 1 < table.texts.count && table.matches(result + 1, pair, 0..<pair.count)
                result = isNext ? result + 1 : symbol(pair, 0..<pair.count)
            }
            slots.append(MergeTable.Slot(left, right, Merge(priority: UInt32(rank), symbol: result)))
            if isPlainText { borders.learn(pair, 0..<pair.count) }
        }
        return slots
    }

    /// Appends the text or the bytes that it stands for; false if it stands for none.
    private func append(_ bytes: [UInt8], _ text: Range<Int>, to result: inout [UInt8]) -> Bool {
        guard isPlainText else { return ByteTexts.appendDecoded(bytes, text, to: &result) }
        result.append(contentsOf: bytes[text])
        return true
    }

    private mutating func symbol(_ bytes: [UInt8], _ text: Range<Int>) -> Int32 {
        if let known = table.find(bytes, text) { return known }
        table.append(bytes[text])
        return Int32(table.texts.count - 1)
    }

    // MARK: Encoding

    /// Appends the tokens of valid UTF-8.
    func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], flags: VocabularyFlags,
        to tokens: inout [TokenID]
    ) {
        var scratch = EncodingScratch(byteCount: text.count)
        let isRewritten = flags.escapesSpaces || flags.dropsWhitespace
        var scanner = SplitScanner(text: isRewritten ? [] : text)
        for fragment in fragments {
            switch fragment {
            case .token(let token): tokens.append(token)
            case .text(let range) where isRewritten:
                for part in Self.rewritten(text[range], flags) {
                    var scanner = SplitScanner(text: part)
                    encode(part, 0..<part.count, &scanner, &scratch, to: &tokens)
                }
            case .text(let range): encode(text, range, &scanner, &scratch, to: &tokens)
            }
        }
    }

    /// The text with spaces as U+2581, or its words in lowercase.
    private static func rewritten(_ text: ArraySlice<UInt8>, _ flags: VocabularyFlags) -> [[UInt8]] {
        guard flags.dropsWhitespace else { return [ByteTexts.escapingSpaces(text)] }
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        return scalars.split { ScalarSet.whitespace.contains($0) }.map { word in
            word.flatMap { scalar in
                let lower = flags.lowercases ? UnicodeTables.lowercase[scalar.value]?.first : nil
                return Array(UTF8.encode(lower.flatMap(Unicode.Scalar.init) ?? scalar) ?? .init())
            }
        }
    }

    private func encode(
        _ text: [UInt8], _ range: Range<Int>, _ scanner: inout SplitScanner, _ scratch: inout EncodingScratch,
        to tokens: inout [TokenID]
    ) {
        var start = range.lowerBound
        for end in scanner.wordEnds(in: range, by: rule) {
            encodeWord(text, start..<end, &scratch, to: &tokens)
            start = end
        }
    }

    private func encodeWord(
        _ text: [UInt8], _ word: Range<Int>, _ scratch: inout EncodingScratch, to tokens: inout [TokenID]
    ) {
        if behavior.contains(.lineFeedsBeforeMerges), text[word.lowerBound] == UInt8(ascii: "\n"),
            let token = table.find(text, word), token < tokenCount
        {
            tokens.append(token)
        } else if isPlainText {
            var start = word.lowerBound
            while start < word.upperBound {
                let end = borders.nextBorder(in: text, from: start, to: word.upperBound)
                append(text, start..<end, &scratch, to: &tokens)
                start = end
            }
        } else {
            append(text, word, &scratch, to: &tokens)
        }
    }

    private func append(
        _ text: [UInt8], _ word: Range<Int>, _ scratch: inout EncodingScratch, to tokens: inout [TokenID]
    ) {
        scratch.appendWord(text, word, to: &tokens) { merger, tokens in
            if behavior.contains(.wordsBeforeMerges), let token = table.find(text, word), token < tokenCount {
                tokens.append(token)
            } else {
                merge(text, word, &merger, to: &tokens)
            }
        }
    }

    private func merge(
        _ text: [UInt8], _ word: Range<Int>, _ merger: inout SymbolMerger, to tokens: inout [TokenID]
    ) {
        fill(&merger.pieces, text, word)
        merger.merge(text, end: word.upperBound, rules: self)
        for index in merger.pieces.indices {
            let piece = merger.pieces[index]
            if piece.symbol >= 0, piece.symbol < tokenCount {
                tokens.append(piece.symbol)
            } else {
                let end = index + 1 < merger.pieces.count ? merger.pieces[index + 1].start : word.upperBound
                appendBytes(text[piece.start..<end], to: &tokens)
            }
        }
    }

    private func fill(_ pieces: inout [SymbolMerger.Piece], _ text: [UInt8], _ word: Range<Int>) {
        pieces.removeAll(keepingCapacity: true)
        guard isPlainText else {
            for index in word { pieces.append(.init(symbol: byteSymbols[Int(text[index])], start: index)) }
            return
        }
        var position = word.lowerBound
        while position < word.upperBound {
            let length = UTF8Text.scalar(in: text, at: position).length
            let known = length == 1 ? byteSymbols[Int(text[position])] : table.find(text, position..<position + length)
            pieces.append(.init(symbol: known ?? -1, start: position))
            position += length
        }
    }

    /// What has no token goes byte by byte; bytes without a token are lost, as in llama.cpp.
    private func appendBytes(_ bytes: ArraySlice<UInt8>, to tokens: inout [TokenID]) {
        for byte in bytes where byteTokens[Int(byte)] >= 0 { tokens.append(byteTokens[Int(byte)]) }
    }
}

extension BytePair: MergeRules {
    func merge(_ left: Int32, _ right: Int32, text: Range<Int>, of bytes: [UInt8]) -> Merge {
        merges.merge(left, right)
    }
}
