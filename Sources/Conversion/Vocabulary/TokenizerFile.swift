import JSON

/// `tokenizer.json`: the tokens of any algorithm, and how it cuts and joins texts.
struct TokenizerFile {
    private let source: Vocabulary.Source
    private let fields: JSONObject
    private let model: JSONValue
    /// The model's own tokens and those added, by their ids.
    private let ids: [(text: String, id: Int)]
    private let added: [AddedToken]

    init(_ source: Vocabulary.Source) throws(ConversionError) {
        guard let fields = source.tokenizer, let model = fields["model"] else {
            throw .missingFile(Vocabulary.Source.tokenizerFile, purpose: "the tokens of the model")
        }
        self.source = source
        self.fields = fields
        self.model = model
        guard let vocabulary = model["vocab"]?.objectValue else {
            throw Self.invalid("'model.vocab': expected an object of tokens and their numbers")
        }
        var ids: [(text: String, id: Int)] = []
        ids.reserveCapacity(vocabulary.count)
        for (text, value) in vocabulary.members {
            guard let id = value.intValue, id >= 0, id < source.tokenCount else {
                throw Self.invalid(
                    "token '\(text)': expected a number below the \(source.tokenCount) rows of the embedding, found "
                        + JSONWriter.text(value))
            }
            ids.append((text, id))
        }
        self.ids = ids
        added = try Self.added(fields, source)
    }

    private static func invalid(_ reason: String) -> ConversionError {
        .invalidVocabulary(file: Vocabulary.Source.tokenizerFile, reason: reason)
    }

    /// The tokens added to the model's; ids beyond the embedding, which no model can be given, are left out.
    private static func added(
        _ fields: JSONObject, _ source: Vocabulary.Source
    ) throws(ConversionError) -> [AddedToken] {
        var added: [AddedToken] = []
        for value in fields["added_tokens"]?.arrayValue ?? [] {
            guard let id = value["id"]?.intValue, id >= 0, let text = value["content"]?.stringValue else {
                throw invalid("'added_tokens': expected an id and a content for each")
            }
            added.append(AddedToken(id: id, text: text, isSpecial: value["special"]?.boolValue ?? false))
        }
        let known = Set(added.map(\.id))
        added += source.settingsTokens.filter { !known.contains($0.id) }
        return added.filter { 0..<source.tokenCount ~= $0.id }
    }

    /// Whether bytes that no token has become tokens like `<0x0A>`, as in SentencePiece.
    var hasByteFallback: Bool { model["byte_fallback"]?.boolValue ?? false }

    /// All tokens; `type` says what those of the model are.
    private func tokens(_ type: (String) -> Vocabulary.TokenType) -> [Vocabulary.Token] {
        var tokens = (0..<source.tokenCount).map(Vocabulary.padding)
        for (text, id) in ids { tokens[id] = .init(text: text, type: type(text)) }
        for token in added { tokens[token.id] = token.token }
        return tokens
    }

    private func require(_ kind: String) throws(ConversionError) {
        // Files of the first versions leave the type out where the fields tell it.
        let found = model["type"]?.stringValue ?? kind
        guard found == kind else {
            throw .unsupported(what: "tokenizer model", found: found, supported: "\(kind) in a model of this family")
        }
    }

    // MARK: Byte pairs

    func bytePair() throws(ConversionError) -> Vocabulary {
        try require("BPE")
        let name = try PreTokenizerNames.name(
            fields["pre_tokenizer"] ?? .null, ignoresMerges: model["ignore_merges"]?.boolValue ?? false)
        var vocabulary = Vocabulary(model: .bytePair, preTokenizer: name, tokens: tokens { _ in .normal })
        vocabulary.merges = try pairs().map { "\(Self.spelled($0))\u{20}\(Self.spelled($1))" }
        vocabulary.addsSpacePrefix = source.settings["add_prefix_space"]?.boolValue
        return vocabulary
    }

    /// A space in a pair is written as byte-level alphabets write it, since one stands between the two.
    private static func spelled(_ text: String) -> String { text.replacing(" ", with: "\u{120}") }

    /// Pairs to merge: texts with a space between, or arrays of two.
    private func pairs() throws(ConversionError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for value in model["merges"]?.arrayValue ?? [] {
            var parts = value.arrayValue?.compactMap(\.stringValue) ?? []
            if let text = value.stringValue {
                parts = text.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1).map { String(Substring($0)) }
            }
            guard parts.count == 2 else { throw Self.invalid("'model.merges': expected pairs of tokens") }
            pairs.append((parts[0], parts[1]))
        }
        return pairs
    }

    // MARK: SentencePiece

    /// The tokens of a SentencePiece model without its own file.
    ///
    /// The file has scores, `tokenizer.json` the pairs that they came to: the pair that merges first has the best
    /// score, so a token's score is the place of the first pair that makes it.
    func sentencePiece() throws(ConversionError) -> Vocabulary {
        try require("BPE")
        let unknown = model["unk_token"]?.stringValue
        var tokens = tokens { text in
            text == unknown ? .unknown : Self.isByte(text) ? .byte : .normal
        }
        // By bytes: texts that Unicode holds for equal are two tokens.
        var ranks: [[UInt8]: Int] = [:]
        for (rank, pair) in try pairs().enumerated() {
            let text = Array(pair.0.utf8) + Array(pair.1.utf8)
            ranks[text] = ranks[text] ?? rank
        }
        for index in tokens.indices where tokens[index].type == .normal {
            tokens[index].score = -Float(ranks[Array(tokens[index].text.utf8)] ?? ranks.count)
        }
        if let unknown, let id = ids.first(where: { $0.text == unknown })?.id { tokens[id].type = .unknown }
        var vocabulary = Vocabulary(model: .sentencePiece, preTokenizer: "default", tokens: tokens)
        vocabulary.addsSpacePrefix = source.settings["add_prefix_space"]?.boolValue ?? addsSpacePrefix
        return vocabulary
    }

    private static func isByte(_ text: String) -> Bool {
        text.utf8.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
            && UInt8(text.dropFirst(3).dropLast(), radix: 16) != nil
    }

    /// Whether the file says that a space goes in front: `Prepend` among the normalizers, or `Metaspace`.
    private var addsSpacePrefix: Bool {
        let normalizer = fields["normalizer"]
        let steps = (normalizer?["normalizers"]?.arrayValue ?? []) + [normalizer].compactMap(\.self)
        let cutter = fields["pre_tokenizer"]
        let cutters = (cutter?["pretokenizers"]?.arrayValue ?? []) + [cutter].compactMap(\.self)
        return steps.contains { $0["type"]?.stringValue == "Prepend" }
            || cutters.contains { cutter in
                cutter["type"]?.stringValue == "Metaspace" && cutter["prepend_scheme"]?.stringValue != "never"
                    && cutter["add_prefix_space"]?.boolValue != false
            }
    }

    // MARK: WordPiece

    /// GGUF marks what begins a word, Hugging Face what continues one.
    func wordPiece() throws(ConversionError) -> Vocabulary {
        try require("WordPiece")
        let prefix = model["continuing_subword_prefix"]?.stringValue ?? "##"
        var tokens = tokens { _ in .normal }
        for index in tokens.indices where tokens[index].type != .control {
            // By bytes: a mark after the prefix would make one character of both.
            let text = tokens[index].text.utf8
            let continues = text.starts(with: prefix.utf8)
            tokens[index].text =
                continues ? String(Substring(text.dropFirst(prefix.utf8.count))) : "\u{2581}\(text)"
        }
        // The name by which llama.cpp knows BERT's English vocabulary; the algorithm does not depend on it.
        return Vocabulary(model: .wordPiece, preTokenizer: "bert-bge", tokens: tokens)
    }
}
