/// What a name in `tokenizer.ggml.pre` stands for: how words are cut, and the defaults that go with the name.
package struct PreTokenizer: Sendable {
    /// The names that GGUF files use for it.
    package let names: [String]
    /// How a text is cut into words.
    let rule: SplitRule
    var behavior: Behavior = []

    /// What differs from plain byte-level merging.
    struct Behavior: OptionSet, Sendable {
        let rawValue: Int
        /// A word that is a token as a whole becomes that token, whatever the merges say.
        static let wordsBeforeMerges = Behavior(rawValue: 1)
        /// The beginning-of-sequence token is added unless the file says otherwise.
        static let addsBeginning = Behavior(rawValue: 2)
        /// The beginning-of-sequence token is added even if the file says otherwise.
        static let alwaysAddsBeginning = Behavior(rawValue: 4)
        /// No beginning-of-sequence token unless the file names one.
        static let hasNoBeginning = Behavior(rawValue: 8)
        /// Decoding takes away the spaces before punctuation and contractions.
        static let cleansSpaces = Behavior(rawValue: 16)
        /// Tokens are text with bytes as `<0x0A>`, not byte-level characters.
        static let plainText = Behavior(rawValue: 32)
        /// Spaces are written as U+2581 in tokens.
        static let escapesSpaces = Behavior(rawValue: 64)
        /// A word of line feeds only becomes the token of that text, if there is one.
        static let lineFeedsBeforeMerges = Behavior(rawValue: 128)
    }
}

/// THE table: `tokenizer.ggml.pre` to split rule.
///
/// The rules are those of llama.cpp's `llm_tokenizer_bpe`, quirks included where ids depend on them: it does not
/// tell the cases of letters apart where it runs on its collapsed alphabet (tiny_aya, youtu), and its digit grouping
/// leaves the text before a number with the number's first group (afmoe, tiny_aya).
package enum PreTokenizers {
    /// The row for a name.
    ///
    /// - Throws: `unknownPreTokenizer`.
    package static func named(_ name: String) throws(TokenizerError) -> PreTokenizer {
        guard let row = all.first(where: { $0.names.contains(name) }) else { throw .unknownPreTokenizer(name) }
        return row
    }

    /// The row for files without a name: written before there were any.
    package static let unnamed = PreTokenizer(names: [], rule: .default, behavior: .cleansSpaces)

    /// All rows. A name stands in one of them.
    package static let all: [PreTokenizer] = [
        PreTokenizer(names: ["default"], rule: .default, behavior: .cleansSpaces),
        PreTokenizer(
            names: [
                "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                "jina-v5-nano",
            ], rule: .llama3, behavior: [.wordsBeforeMerges, .addsBeginning, .cleansSpaces]),
        PreTokenizer(names: ["dbrx", "smaug-bpe"], rule: .llama3, behavior: .cleansSpaces),
        PreTokenizer(names: ["chatglm-bpe"], rule: .llama3, behavior: [.hasNoBeginning, .cleansSpaces]),
        PreTokenizer(
            names: ["glm4", "glm5"], rule: .llama3, behavior: [.hasNoBeginning, .wordsBeforeMerges, .cleansSpaces]),
        PreTokenizer(names: ["jais-2"], rule: .jais2, behavior: .cleansSpaces),
        PreTokenizer(names: ["minicpm5"], rule: .minicpm5, behavior: [.wordsBeforeMerges, .cleansSpaces]),
        PreTokenizer(
            names: [
                "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
                "modern-bert", "mpt", "olmo", "jais", "exaone4", "jina-v1-en", "jina-v2-code", "roberta-bpe",
            ], rule: .gpt2, behavior: .cleansSpaces),
        PreTokenizer(names: ["trillion", "granite-docling"], rule: .gpt2),
        PreTokenizer(
            names: ["starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"], rule: .starcoder,
            behavior: .cleansSpaces),
        PreTokenizer(names: ["command-r", "smollm"], rule: .starcoder),
        PreTokenizer(names: ["falcon"], rule: .falcon, behavior: .cleansSpaces),
        PreTokenizer(
            names: [
                "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "hunyuan", "solar-open", "grok-2", "bailingmoe",
                "bailingmoe2", "llada-moe",
            ], rule: .qwen2),
        PreTokenizer(names: ["megrez", "stablelm2"], rule: .qwen2, behavior: .cleansSpaces),
        PreTokenizer(names: ["qwen35"], rule: .qwen35),
        PreTokenizer(names: ["ufakzeka"], rule: .ufakzeka),
        PreTokenizer(names: ["laguna"], rule: .laguna),
        PreTokenizer(names: ["seed-coder"], rule: .seedCoder),
        PreTokenizer(names: ["exaone-moe"], rule: .exaoneMoE, behavior: .cleansSpaces),
        PreTokenizer(names: ["deepseek-llm"], rule: .deepseekLLM),
        PreTokenizer(names: ["deepseek-coder"], rule: .deepseekCoder),
        PreTokenizer(names: ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"], rule: .deepseekV3),
        PreTokenizer(names: ["spark2_5"], rule: .spark),
        PreTokenizer(names: ["youtu"], rule: .youtu, behavior: .wordsBeforeMerges),
        PreTokenizer(names: ["afmoe"], rule: .afmoe),
        PreTokenizer(
            names: ["tekken"], rule: .tekken, behavior: [.wordsBeforeMerges, .addsBeginning]),
        PreTokenizer(names: ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], rule: .gpt4o),
        PreTokenizer(names: ["granite-embed-multi-97m"], rule: .graniteEmbedding, behavior: .wordsBeforeMerges),
        PreTokenizer(names: ["tiny_aya", "cohere2moe"], rule: .tinyAya),
        PreTokenizer(names: ["kimi-k2"], rule: .kimiK2),
        PreTokenizer(names: ["superbpe"], rule: .superBPE),
        PreTokenizer(names: ["chameleon"], rule: .chameleon, behavior: .addsBeginning),
        PreTokenizer(names: ["bloom", "gpt3-finnish"], rule: .bloom, behavior: .cleansSpaces),
        PreTokenizer(names: ["poro-chat"], rule: .bloom),
        PreTokenizer(names: ["viking"], rule: .viking),
        PreTokenizer(
            names: ["gemma4", "granite-embed-multi-311m"], rule: .lines,
            behavior: [.plainText, .escapesSpaces, .lineFeedsBeforeMerges, .alwaysAddsBeginning, .cleansSpaces]),
        PreTokenizer(names: ["sarvam-moe"], rule: .lines, behavior: [.plainText, .escapesSpaces]),
        PreTokenizer(names: ["whitespace"], rule: .whitespace, behavior: [.plainText, .cleansSpaces]),
    ]
}
