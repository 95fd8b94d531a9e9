extension Tokenizer {
    /// The tokens of a text between those that the vocabulary puts around it. Nothing in the text is special.
    ///
    /// - Parameter limit: the most tokens; a text that is too long loses its end, the token after it stays.
    package func encodeFramed(_ text: String, limit: Int = .max) -> [TokenID] {
        let framed = EncodingOptions(addingSpecialTokens: true, parsingSpecialTokens: false)
        let tokens = encode(text, options: framed)
        guard tokens.count > limit else { return tokens }
        let end = endToken(tokens)
        return Array(tokens.prefix(max(limit - end.count, 0)) + end)
    }

    /// The tokens of two texts as an encoder reads a pair, such as a query and a document: framed as one, with the
    /// vocabulary's separator between them. Nothing in the texts is special.
    ///
    /// - Parameter limit: the most tokens; a pair that is too long loses the end of its second text, then of its first.
    /// - Returns: the tokens, and where the second text starts.
    package func encodePair(
        _ first: String, _ second: String, limit: Int = .max
    ) -> (tokens: [TokenID], secondStart: Int) {
        let whole = encodeFramed(first)
        let end = endToken(whole)
        let middle = vocabulary.flags.addsSeparator ? [vocabulary.special.separator].compactMap(\.self) : []
        let room = max(limit - middle.count - 2 * end.count, 0)
        let start = whole.dropLast(end.count).prefix(room) + end + middle
        let rest = encode(second, options: .userText).prefix(max(limit - start.count - end.count, 0))
        return (Array(start + rest + end), start.count)
    }

    /// The token that the vocabulary puts at the end of a framed text, if it does.
    private func endToken(_ framed: [TokenID]) -> [TokenID] {
        let end = vocabulary.model == .wordPiece ? vocabulary.special.separator : vocabulary.special.eos
        return vocabulary.flags.addsEnd && end != nil ? framed.suffix(1) : []
    }
}
