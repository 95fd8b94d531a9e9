import GGUF

/// What a vocabulary says about the text around its tokens.
package struct VocabularyFlags: Equatable, Sendable {
    /// The beginning-of-sequence token is put first.
    package var addsBeginning = false
    /// The end-of-sequence token (the separator, for WordPiece) is put last.
    package var addsEnd = false
    /// Between two texts of a pair the separator follows the end of the first.
    package var addsSeparator = false
    /// A space is put before the first word.
    package var addsSpacePrefix = false
    /// Several spaces count as one.
    package var removesExtraSpaces = false
    /// Spaces are written as U+2581 in tokens.
    package var escapesSpaces = true
    /// Decoding takes away the spaces before punctuation and contractions.
    package var cleansSpaces = false
    /// Whitespace separates words and is no part of any.
    package var dropsWhitespace = false
    /// Text is read in lowercase.
    package var lowercases = true
    /// WordPiece takes the accents off letters.
    package var stripsAccents = true

    init(model: TokenizerModel, preTokenizer: PreTokenizer?, metadata: Metadata) throws(GGUFError) {
        switch model {
        case .bytePair:
            let behavior = preTokenizer?.behavior ?? []
            escapesSpaces = behavior.contains(.escapesSpaces)
            cleansSpaces = behavior.contains(.cleansSpaces)
            addsBeginning = behavior.contains(.addsBeginning)
            dropsWhitespace = try metadata.string("tokenizer.ggml.model") == "whitespace"
            addsSeparator = Self.separatingNames.contains(try metadata.optionalString("tokenizer.ggml.pre") ?? "")
            lowercases = false
        case .sentencePiece:
            addsSpacePrefix = true
            addsBeginning = true
        case .unigram: addsEnd = true
        case .wordPiece:
            cleansSpaces = true
            addsBeginning = true
            addsEnd = true
        }
        func read(_ key: String, _ flag: inout Bool) throws(GGUFError) {
            flag = try metadata.optionalBool("tokenizer.ggml.\(key)") ?? flag
        }
        try read("add_space_prefix", &addsSpacePrefix)
        try read("remove_extra_whitespaces", &removesExtraSpaces)
        try read("normalizer.lowercase", &lowercases)
        stripsAccents = lowercases
        try read("normalizer.strip_accents", &stripsAccents)
        // WordPiece always frames a text by its two tokens.
        guard model != .wordPiece else { return }
        try read("add_bos_token", &addsBeginning)
        try read("add_eos_token", &addsEnd)
        try read("add_sep_token", &addsSeparator)
        if preTokenizer?.behavior.contains(.alwaysAddsBeginning) == true { addsBeginning = true }
    }

    /// Split rules of RoBERTa-like encoders, by their names in files.
    private static let separatingNames: Set = ["jina-v1-en", "jina-v2-code", "roberta-bpe"]
}
