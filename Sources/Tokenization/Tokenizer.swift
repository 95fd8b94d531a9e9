package import GGUF

/// How a text is to be read.
package struct EncodingOptions: Equatable, Sendable {
    /// Put the tokens around the text that the vocabulary asks for: beginning, end.
    package var addsSpecialTokens: Bool
    /// Read texts of control tokens as those tokens. User-defined tokens are always read.
    package var parsesSpecialTokens: Bool

    package init(addingSpecialTokens: Bool, parsingSpecialTokens: Bool) {
        addsSpecialTokens = addingSpecialTokens
        parsesSpecialTokens = parsingSpecialTokens
    }

    /// What someone wrote: nothing in it is special, nothing is put around it.
    package static let userText = EncodingOptions(addingSpecialTokens: false, parsingSpecialTokens: false)
    /// What a template wrote.
    package static let template = EncodingOptions(addingSpecialTokens: false, parsingSpecialTokens: true)
    /// A whole prompt as it stands.
    package static let prompt = EncodingOptions(addingSpecialTokens: true, parsingSpecialTokens: true)
}

/// A part of a prompt, and whether it may contain special tokens.
package struct TextSegment: Equatable, Sendable {
    package var text: String
    /// Read texts of control tokens as those tokens.
    package var parsesSpecialTokens: Bool

    /// What a template wrote.
    package static func template(_ text: String) -> TextSegment {
        TextSegment(text: text, parsesSpecialTokens: true)
    }

    /// What someone wrote: a control token's text in it stays text.
    package static func user(_ text: String) -> TextSegment { TextSegment(text: text, parsesSpecialTokens: false) }
}

/// Turns text into tokens and tokens into text, by the vocabulary of a GGUF file.
///
/// Linear in the text but for a logarithm in the length of a word, whatever the text is.
package struct Tokenizer: Sendable {
    package let vocabulary: Vocabulary
    private let algorithm: Algorithm
    /// Finds the tokens that are read in any text, and those that are read where special tokens are parsed.
    private let userDefined: SpecialTokenMatcher
    private let allSpecial: SpecialTokenMatcher

    private enum Algorithm: Sendable {
        case bytePair(BytePair)
        case sentencePiece(SentencePiece)
        case unigram(Unigram)
        case wordPiece(WordPiece)
    }

    /// Reads the vocabulary of a GGUF file.
    package init(metadata: Metadata) throws(TokenizerError) {
        vocabulary = try Vocabulary(metadata: metadata)
        switch vocabulary.model {
        case .bytePair: algorithm = .bytePair(try BytePair(vocabulary: vocabulary, metadata: metadata))
        case .sentencePiece: algorithm = .sentencePiece(SentencePiece(vocabulary: vocabulary))
        case .unigram: algorithm = .unigram(try Unigram(vocabulary: vocabulary, metadata: metadata))
        case .wordPiece: algorithm = .wordPiece(try WordPiece(vocabulary: vocabulary))
        }
        userDefined = SpecialTokenMatcher(
            texts: vocabulary.texts, attributes: vocabulary.attributes, kinds: .userDefined,
            excluding: [.control, .unknown])
        allSpecial = SpecialTokenMatcher(
            texts: vocabulary.texts, attributes: vocabulary.attributes, kinds: [.userDefined, .control, .unknown])
    }

    /// The tokens of a text.
    package func encode(_ text: String, options: EncodingOptions) -> [TokenID] {
        let segment = TextSegment(text: text, parsesSpecialTokens: options.parsesSpecialTokens)
        return encode([segment], addingSpecialTokens: options.addsSpecialTokens)
    }

    /// The tokens of bytes that should be UTF-8.
    ///
    /// SentencePiece keeps other bytes by its byte tokens; elsewhere each byte that belongs to no scalar is U+FFFD.
    package func encode(bytes: [UInt8], options: EncodingOptions) -> [TokenID] {
        let text = vocabulary.model == .sentencePiece ? bytes : UTF8Text.repaired(bytes)
        let matcher = options.parsesSpecialTokens ? allSpecial : userDefined
        return encode(
            matcher.fragments(of: text, in: 0..<text.count), of: text, addingSpecialTokens: options.addsSpecialTokens)
    }

    /// The tokens of several texts one after the other.
    ///
    /// The same as for one joined text, but that a special token must stand within one segment: text on both sides of
    /// a seam is cut into words as if there was none.
    package func encode(_ segments: [TextSegment], addingSpecialTokens: Bool) -> [TokenID] {
        var text: [UInt8] = []
        var fragments: [SpecialTokenMatcher.Fragment] = []
        for segment in segments {
            let start = text.count
            text.append(contentsOf: segment.text.utf8)
            let matcher = segment.parsesSpecialTokens ? allSpecial : userDefined
            for fragment in matcher.fragments(of: text, in: start..<text.count) {
                if case .text(let next) = fragment, case .text(let last)? = fragments.last,
                    last.upperBound == next.lowerBound
                {
                    fragments[fragments.count - 1] = .text(last.lowerBound..<next.upperBound)
                } else {
                    fragments.append(fragment)
                }
            }
        }
        return encode(fragments, of: text, addingSpecialTokens: addingSpecialTokens)
    }

    private func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], addingSpecialTokens: Bool
    ) -> [TokenID] {
        var tokens: [TokenID] = []
        tokens.reserveCapacity(text.count / 3 + 4)
        if addingSpecialTokens, vocabulary.flags.addsBeginning, let bos = vocabulary.special.bos {
            tokens.append(bos)
        }
        switch algorithm {
        case .bytePair(let bytePair): bytePair.encode(fragments, of: text, flags: vocabulary.flags, to: &tokens)
        case .sentencePiece(let sentencePiece):
            sentencePiece.encode(fragments, of: text, flags: vocabulary.flags, to: &tokens)
        case .unigram(let unigram):
            forEach(fragments, to: &tokens) { unigram.encode(Array(text[$0]), to: &$1) }
        case .wordPiece(let wordPiece):
            forEach(fragments, to: &tokens) { wordPiece.encode(Array(text[$0]), to: &$1) }
        }
        let last = vocabulary.model == .wordPiece ? vocabulary.special.separator : vocabulary.special.eos
        if addingSpecialTokens, vocabulary.flags.addsEnd, let last { tokens.append(last) }
        return tokens
    }

    private func forEach(
        _ fragments: [SpecialTokenMatcher.Fragment], to tokens: inout [TokenID],
        encode: (Range<Int>, inout [TokenID]) -> Void
    ) {
        for fragment in fragments {
            switch fragment {
            case .token(let token): tokens.append(token)
            case .text(let range): encode(range, &tokens)
            }
        }
    }
}
