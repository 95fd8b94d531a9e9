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
    }

    /// Reads the vocabulary of a GGUF file.
    package init(metadata: Metadata) throws(TokenizerError) {
        vocabulary = try Vocabulary(metadata: metadata)
        switch vocabulary.model {
        case .bytePair: algorithm = .bytePair(try BytePair(vocabulary: vocabulary, metadata: metadata))
        default: throw .unsupportedModel("\(vocabulary.model)")
        }
        userDefined = SpecialTokenMatcher(
            texts: vocabulary.texts, attributes: vocabulary.attributes, kinds: .userDefined,
            excluding: [.control, .unknown])
        allSpecial = SpecialTokenMatcher(
            texts: vocabulary.texts, attributes: vocabulary.attributes, kinds: [.userDefined, .control, .unknown])
    }

    /// The tokens of a text.
    package func encode(_ text: String, options: EncodingOptions) -> [TokenID] {
        encode(validText: Array(text.utf8), options: options)
    }

    /// The tokens of bytes that should be UTF-8; a byte that belongs to no scalar counts as U+FFFD.
    package func encode(bytes: [UInt8], options: EncodingOptions) -> [TokenID] {
        encode(validText: UTF8Text.repaired(bytes), options: options)
    }

    private func encode(validText text: [UInt8], options: EncodingOptions) -> [TokenID] {
        var tokens: [TokenID] = []
        tokens.reserveCapacity(text.count / 3 + 4)
        if options.addsSpecialTokens, vocabulary.flags.addsBeginning, let bos = vocabulary.special.bos {
            tokens.append(bos)
        }
        let matcher = options.parsesSpecialTokens ? allSpecial : userDefined
        let fragments = matcher.fragments(of: text, in: 0..<text.count)
        switch algorithm {
        case .bytePair(let bytePair): encode(fragments, of: text, by: bytePair, to: &tokens)
        }
        if options.addsSpecialTokens, vocabulary.flags.addsEnd, let eos = vocabulary.special.eos {
            tokens.append(eos)
        }
        return tokens
    }

    private func encode(
        _ fragments: [SpecialTokenMatcher.Fragment], of text: [UInt8], by bytePair: BytePair,
        to tokens: inout [TokenID]
    ) {
        var merger = SymbolMerger()
        if vocabulary.flags.escapesSpaces {
            for fragment in fragments {
                switch fragment {
                case .token(let token): tokens.append(token)
                case .text(let range):
                    let escaped = ByteTexts.escapingSpaces(text[range])
                    var scanner = SplitScanner(text: escaped)
                    bytePair.encode(
                        escaped, in: 0..<escaped.count, scanner: &scanner, merger: &merger, to: &tokens)
                }
            }
            return
        }
        var scanner = SplitScanner(text: text)
        for fragment in fragments {
            switch fragment {
            case .token(let token): tokens.append(token)
            case .text(let range):
                bytePair.encode(text, in: range, scanner: &scanner, merger: &merger, to: &tokens)
            }
        }
    }
}
