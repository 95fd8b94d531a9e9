import GGUF

/// The tokens with a role, and those at which generation ends.
package struct SpecialTokens: Equatable, Sendable {
    /// Beginning of sequence (WordPiece: `[CLS]`).
    package internal(set) var bos: TokenID?
    /// End of sequence.
    package internal(set) var eos: TokenID?
    /// End of a turn of a conversation.
    package internal(set) var endOfTurn: TokenID?
    /// End of a message that calls a tool.
    package internal(set) var endOfMessage: TokenID?
    package internal(set) var unknown: TokenID?
    package internal(set) var separator: TokenID?
    package internal(set) var padding: TokenID?
    package internal(set) var mask: TokenID?
    /// Tokens of fill-in-the-middle prompts.
    package internal(set) var fill = FillTokens()
    /// Every token at which generation ends.
    package private(set) var endOfGeneration: Set<TokenID> = []

    /// Tokens of fill-in-the-middle prompts.
    package struct FillTokens: Equatable, Sendable {
        package internal(set) var prefix: TokenID?
        package internal(set) var suffix: TokenID?
        package internal(set) var middle: TokenID?
        package internal(set) var padding: TokenID?
        package internal(set) var repository: TokenID?
        package internal(set) var fileSeparator: TokenID?
    }

    /// Reads the numbers that the file gives; numbers outside the vocabulary count as absent.
    init(
        model: TokenizerModel, preTokenizer: PreTokenizer?, tokenCount: Int, metadata: Metadata
    ) throws(GGUFError) {
        setDefaults(model: model, preTokenizer: preTokenizer)
        for (key, role) in Self.roles {
            if let old = self[keyPath: role], Int(old) >= tokenCount { self[keyPath: role] = nil }
            guard let token = try metadata.optionalInteger("tokenizer.ggml.\(key)_token_id") else { continue }
            if 0..<tokenCount ~= token { self[keyPath: role] = TokenID(token) }
        }
    }

    private static let roles: [(key: String, role: any WritableKeyPath<SpecialTokens, TokenID?> & Sendable)] = [
        // The first token of WordPiece goes by this name in most files.
        ("cls", \.bos), ("bos", \.bos), ("eos", \.eos), ("eot", \.endOfTurn), ("eom", \.endOfMessage),
        ("unknown", \.unknown), ("seperator", \.separator), ("padding", \.padding), ("mask", \.mask),
        ("prefix", \.fill.prefix), ("suffix", \.fill.suffix), ("middle", \.fill.middle),
        ("fim_pre", \.fill.prefix), ("fim_suf", \.fill.suffix), ("fim_mid", \.fill.middle),
        ("fim_pad", \.fill.padding), ("fim_rep", \.fill.repository), ("fim_sep", \.fill.fileSeparator),
    ]

    /// What llama.cpp takes where a file is silent: the numbers of each algorithm's first models.
    private mutating func setDefaults(model: TokenizerModel, preTokenizer: PreTokenizer?) {
        switch model {
        case .bytePair:
            let behavior = preTokenizer?.behavior ?? []
            if !behavior.contains(.lineFeedsBeforeMerges) { (bos, eos) = (11, 11) }
            if behavior.contains(.hasNoBeginning) { bos = nil }
        case .sentencePiece: (bos, eos, unknown) = (1, 2, 0)
        case .unigram: (eos, unknown, padding) = (1, 2, 0)
        case .wordPiece: (bos, unknown, separator, padding, mask) = (101, 100, 102, 0, 103)
        }
    }

    // MARK: Tokens known by their text

    /// Finds roles by well-known texts, for files that name no numbers, and collects the ends of generation.
    ///
    /// As in llama.cpp, a token with such a text is a control token whatever the file says.
    mutating func completeByText(texts: PackedTexts, attributes: inout [TokenAttributes]) {
        let named = Self.tokens(of: texts)
        func find(_ role: WritableKeyPath<SpecialTokens, TokenID?>, _ names: [String]) {
            guard self[keyPath: role] == nil, let token = names.lazy.compactMap({ named[$0] }).first else { return }
            self[keyPath: role] = token
            attributes[Int(token)].insert(.control)
        }
        for (role, names) in Self.textsOfRoles { find(role, names) }
        endOfGeneration = Set([fill.padding, fill.repository, fill.fileSeparator].compactMap(\.self))
        for name in Self.endTexts {
            guard let token = named[name] else { continue }
            endOfGeneration.insert(token)
            attributes[Int(token)].insert(.control)
        }
        for name in Self.shownTexts {
            if let token = named[name] { attributes[Int(token)].insert([.control, .alwaysShown]) }
        }
        endOfGeneration.formUnion([eos, endOfTurn, endOfMessage].compactMap(\.self))
        correctEnds(named, &attributes)
    }

    /// Texts that end generation in one family of models and not in another.
    private mutating func correctEnds(_ named: [String: TokenID], _ attributes: inout [TokenAttributes]) {
        func ends(_ name: String) -> Bool { named[name].map(endOfGeneration.contains) ?? false }
        // Harmony and Solar messages have several parts, each closed by `<|end|>`.
        let calls = ends("<|call|>") || ends("<|calls|>")
        if let end = named["<|end|>"], ends("<|end|>"), calls, ends("<|return|>") || ends("<|flush|>") {
            endOfGeneration.remove(end)
            attributes[Int(end)] = [.control, .alwaysShown]
        }
        // In Gemma 4 `</s>` is a piece of markup.
        if let end = named["</s>"], ends("</s>"), ends("<|tool_response>") || ends("<|plamo:eos|>") {
            endOfGeneration.remove(end)
            attributes[Int(end)] = .normal
        }
    }

    /// Tokens of all the texts that this file knows.
    private static func tokens(of texts: PackedTexts) -> [String: TokenID] {
        let known = textsOfRoles.flatMap(\.texts) + endTexts + shownTexts + ["<|plamo:eos|>"]
        let byBytes = Dictionary(known.map { (Array($0.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        let lengths = byBytes.keys.map(\.count)
        let (shortest, longest) = (lengths.min() ?? 0, lengths.max() ?? 0)
        var tokens: [String: TokenID] = [:]
        for index in 0..<texts.count where shortest...longest ~= texts[index].count {
            let first = texts.bytes[texts[index].lowerBound]
            // Nearly all tokens are told apart by their first byte.
            guard
                first == UInt8(ascii: "<") || first == UInt8(ascii: "[") || first == UInt8(ascii: "_")
                    || first == 0xE2
            else { continue }
            if let name = byBytes[texts.text(index)] { tokens[name] = TokenID(index) }
        }
        return tokens
    }

    private static let textsOfRoles:
        [(role: any WritableKeyPath<SpecialTokens, TokenID?> & Sendable, texts: [String])] = [
            (
                \.endOfTurn,
                [
                    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>",
                    "<EOT>", "_<EOT>", "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
                ]
            ),
            (\.endOfMessage, ["<|eom_id|>"]),
            (
                \.fill.prefix,
                [
                    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
                    "<|code_prefix|>", "<|prefix|>",
                ]
            ),
            (
                \.fill.suffix,
                [
                    "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
                    "<|code_suffix|>", "<|suffix|>",
                ]
            ),
            (
                \.fill.middle,
                [
                    "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
                    "<|code_middle|>", "<|middle|>",
                ]
            ),
            (\.fill.padding, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
            (\.fill.repository, ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
            (\.fill.fileSeparator, ["<|file_sep|>"]),
        ]

    private static let endTexts = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
        "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
        "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
    ]

    /// Harmony's marks, from which a caller tells the channels of a reply apart.
    private static let shownTexts = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]
}
