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

    init(vocabulary: Vocabulary, metadata: Metadata) throws(TokenizerError) {
        let preTokenizer = vocabulary.preTokenizer ?? PreTokenizers.unnamed
        rule = preTokenizer.rule
        behavior = preTokenizer.behavior
        tokenCount = vocabulary.count
        let texts: MetadataStrings?
        do { texts = try metadata.optionalStrings("tokenizer.ggml.merges") } catch { throw .metadata(error) }
        guard let texts else {
            throw .metadata(.missingKey("tokenizer.ggml.merges", expected: "array of strings"))
        }
        table = TextTable(capacity: tokenCount + 1024)
        merges = MergeTable(capacity: texts.count)
        addTokens(vocabulary)
        for index in 0..<texts.count { addMerge(texts.bytes(at: index), rank: index) }
        for byte in UInt8.min ... UInt8.max {
            let symbol = table.find([byte]) ?? -1
            byteSymbols[Int(byte)] = symbol
            byteTokens[Int(byte)] = behavior.contains(.plainText)
                ? table.find(ByteTexts.name(of: byte)) ?? -1 : symbol < tokenCount ? symbol : -1
        }
    }

    private mutating func addTokens(_ vocabulary: Vocabulary) {
        let isPlain = behavior.contains(.plainText)
        for index in 0..<vocabulary.count {
            let text = vocabulary.texts.text(index)
            if isPlain {
                table.append(text)
            } else if let bytes = ByteTexts.bytes(of: text[...]) {
                table.append(bytes)
            } else {
                table.skipNumber()
            }
        }
    }

    private mutating func addMerge(_ text: [UInt8], rank: Int) {
        // A space may be the first character of the left part.
        guard let space = text.dropFirst().firstIndex(of: UInt8(ascii: " ")), rank < Int(UInt32.max) else { return }
        let isPlain = behavior.contains(.plainText)
        guard let left = isPlain ? Array(text[..<space]) : ByteTexts.bytes(of: text[..<space]),
            let right = isPlain ? Array(text[(space + 1)...]) : ByteTexts.bytes(of: text[(space + 1)...])
        else { return }
        merges.insert(
            symbol(left), symbol(right), Merge(priority: UInt32(rank), symbol: symbol(left + right)))
    }

    private mutating func symbol(_ text: [UInt8]) -> Int32 {
        if let known = table.find(text) { return known }
        table.append(text)
        return Int32(table.texts.count - 1)
    }

    /// Appends the tokens of valid UTF-8.
    func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], flags: VocabularyFlags,
        to tokens: inout [TokenID]
    ) {
        var merger = SymbolMerger()
        let isRewritten = flags.escapesSpaces || flags.dropsWhitespace
        var scanner = SplitScanner(text: isRewritten ? [] : text)
        for fragment in fragments {
            switch fragment {
            case .token(let token): tokens.append(token)
            case .text(let range) where isRewritten:
                for part in Self.rewritten(text[range], flags) {
                    var scanner = SplitScanner(text: part)
                    encode(part, 0..<part.count, &scanner, &merger, to: &tokens)
                }
            case .text(let range): encode(text, range, &scanner, &merger, to: &tokens)
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
        _ text: [UInt8], _ range: Range<Int>, _ scanner: inout SplitScanner, _ merger: inout SymbolMerger,
        to tokens: inout [TokenID]
    ) {
        var start = range.lowerBound
        for end in scanner.wordEnds(in: range, by: rule) {
            encodeWord(text, start..<end, merger: &merger, to: &tokens)
            start = end
        }
    }

    private func encodeWord(
        _ text: [UInt8], _ word: Range<Int>, merger: inout SymbolMerger, to tokens: inout [TokenID]
    ) {
        if isTriedWhole(text, word), let token = table.find(text, word), token < tokenCount {
            tokens.append(token)
            return
        }
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

    private func isTriedWhole(_ text: [UInt8], _ word: Range<Int>) -> Bool {
        behavior.contains(.wordsBeforeMerges)
            || behavior.contains(.lineFeedsBeforeMerges) && text[word.lowerBound] == UInt8(ascii: "\n")
    }

    private func fill(_ pieces: inout [SymbolMerger.Piece], _ text: [UInt8], _ word: Range<Int>) {
        pieces.removeAll(keepingCapacity: true)
        guard behavior.contains(.plainText) else {
            for index in word { pieces.append(.init(symbol: byteSymbols[Int(text[index])], start: index)) }
            return
        }
        var position = word.lowerBound
        while position < word.upperBound {
            let length = UTF8Text.scalar(in: text, at: position).length
            let symbol = length == 1
                ? byteSymbols[Int(text[position])] : table.find(text, position..<position + length) ?? -1
            pieces.append(.init(symbol: symbol, start: position))
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
