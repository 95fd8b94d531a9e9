package import GGUF

/// Number of a token in its vocabulary.
package typealias TokenID = Int32

/// The algorithms that `tokenizer.ggml.model` can name.
package enum TokenizerModel: Sendable {
    /// Ranked merges: `gpt2`, `gemma4`, `whitespace`.
    case bytePair
    /// Scored merges with byte fallback: `llama`.
    case sentencePiece
    /// The best-scored path through all segmentations: `t5`.
    case unigram
    /// The longest token first: `bert`.
    case wordPiece

    /// What files call them.
    private static let byName: [String: TokenizerModel] = [
        "gpt2": .bytePair, "gemma4": .bytePair, "whitespace": .bytePair, "llama": .sentencePiece, "t5": .unigram,
        "bert": .wordPiece,
    ]

    static let names = byName.keys.sorted()

    static func named(_ name: String) throws(TokenizerError) -> TokenizerModel {
        guard let model = byName[name] else { throw .unsupportedModel(name) }
        return model
    }
}

/// What a token is for. A token can be several things, as llama.cpp adds to what the file says.
package struct TokenAttributes: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let unknown = TokenAttributes(rawValue: 1)
    package static let unused = TokenAttributes(rawValue: 2)
    package static let normal = TokenAttributes(rawValue: 4)
    package static let control = TokenAttributes(rawValue: 8)
    package static let userDefined = TokenAttributes(rawValue: 16)
    package static let byte = TokenAttributes(rawValue: 32)
    /// Whitespace before it in the text goes away.
    package static let stripsLeft = TokenAttributes(rawValue: 64)
    /// Whitespace after it in the text goes away.
    package static let stripsRight = TokenAttributes(rawValue: 128)
    /// Written out even where control tokens are hidden.
    package static let alwaysShown = TokenAttributes(rawValue: 256)

    /// From the number in `tokenizer.ggml.token_type`; numbers without a meaning give no attribute.
    init(tokenType: Int) {
        switch tokenType {
        case 1: self = .normal
        case 2: self = .unknown
        case 3: self = .control
        case 4: self = .userDefined
        case 5: self = .unused
        case 6: self = .byte
        default: self = []
        }
    }
}

/// The tokens of a model: texts, scores, attributes, and the numbers with a role.
package struct Vocabulary: Sendable {
    package let model: TokenizerModel
    /// The row of `PreTokenizers`, for byte-pair vocabularies.
    package let preTokenizer: PreTokenizer?
    package let flags: VocabularyFlags
    package internal(set) var special: SpecialTokens
    /// Texts as the file has them.
    let texts: PackedTexts
    /// Log probabilities or merge priorities; empty if the file has none.
    let scores: [Float]
    var attributes: [TokenAttributes]

    package var count: Int { attributes.count }

    /// Tokens and the symbols of merges are counted in 32 bits.
    static let tokenLimit = 1 << 28

    /// Reads the vocabulary of a GGUF file.
    package init(metadata: Metadata) throws(TokenizerError) {
        do {
            let name = try metadata.string("tokenizer.ggml.model")
            model = try TokenizerModel.named(name)
            preTokenizer = try Self.preTokenizer(of: model, named: name, metadata)
            texts = try Self.texts(metadata)
            scores = try Self.scores(metadata, count: texts.count)
            attributes = try Self.attributes(metadata, count: texts.count)
            flags = try VocabularyFlags(model: model, preTokenizer: preTokenizer, metadata: metadata)
            special = try SpecialTokens(
                model: model, preTokenizer: preTokenizer, tokenCount: texts.count, metadata: metadata)
        } catch let error as GGUFError {
            throw .metadata(error)
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw .malformed(key: "tokenizer.ggml", reason: "\(error)")
        }
        special.completeByText(texts: texts, attributes: &attributes)
        addStripping(metadata)
    }

    /// The text of a token as the file has it, repaired if it is not UTF-8.
    package func text(of token: TokenID) -> String? {
        guard attributes.indices.contains(Int(token)) else { return nil }
        return String(decoding: texts.text(Int(token)), as: UTF8.self)
    }

    package func score(of token: TokenID) -> Float {
        scores.indices.contains(Int(token)) ? scores[Int(token)] : 0
    }

    /// Attributes of a token; none outside the vocabulary.
    package func attributes(of token: TokenID) -> TokenAttributes {
        attributes.indices.contains(Int(token)) ? attributes[Int(token)] : []
    }

    private static func preTokenizer(
        of model: TokenizerModel, named name: String, _ metadata: Metadata
    ) throws -> PreTokenizer? {
        guard model == .bytePair else { return nil }
        if name == "gemma4" { return try PreTokenizers.named("gemma4") }
        guard let pre = try metadata.optionalString("tokenizer.ggml.pre"), !pre.isEmpty else {
            return PreTokenizers.unnamed
        }
        return try PreTokenizers.named(pre)
    }

    private static func texts(_ metadata: Metadata) throws -> PackedTexts {
        let strings = try metadata.strings("tokenizer.ggml.tokens")
        guard 1...tokenLimit ~= strings.count else { throw TokenizerError.tokenCount(strings.count) }
        return PackedTexts(strings)
    }

    private static func scores(_ metadata: Metadata, count: Int) throws -> [Float] {
        let key = "tokenizer.ggml.scores"
        guard let value = metadata[key] else { return [] }
        var scores: [Float]
        if case .array(let array) = value, let integers = array.integers() {
            scores = integers.map(Float.init)
        } else {
            scores = try metadata.floats(key)
        }
        guard scores.count >= count else {
            throw TokenizerError.tooFewEntries(key: key, expected: count, found: scores.count)
        }
        scores.removeLast(scores.count - count)
        return scores
    }

    private static func attributes(_ metadata: Metadata, count: Int) throws -> [TokenAttributes] {
        let key = "tokenizer.ggml.token_type"
        guard let types = try metadata.optionalIntegers(key) else {
            return [TokenAttributes](repeating: .normal, count: count)
        }
        guard types.count >= count else {
            throw TokenizerError.tooFewEntries(key: key, expected: count, found: types.count)
        }
        return types.prefix(count).map(TokenAttributes.init(tokenType:))
    }

    /// Attributes that GGUF has no field for, and that llama.cpp knows by the model's name.
    private mutating func addStripping(_ metadata: Metadata) {
        let pre = (try? metadata.optionalString("tokenizer.ggml.pre")) ?? ""
        let architecture = (try? metadata.optionalString("general.architecture")) ?? ""
        let name = ((try? metadata.optionalString("general.name")) ?? "").lowercased()
        if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: pre.contains)
            || ["nomic-bert-moe", "jina-bert-v3"].contains(where: architecture.contains)
        {
            set(.stripsLeft, forTokensOfText: ["<mask>"])
        } else if name.contains("phi-3") || name.contains("phi3") {
            for index in attributes.indices
            where !attributes[index].isDisjoint(with: [.control, .userDefined, .unknown]) {
                attributes[index].insert(.stripsRight)
            }
            set(.stripsRight, forTokensOfText: ["</s>"])
            for text in ["<unk>", "<s>", "<|endoftext|>"] {
                if let token = token(ofText: text) { attributes[Int(token)].remove(.stripsRight) }
            }
        } else if name.contains("modern-bert") {
            set(.stripsLeft, forTokensOfText: ["[MASK]"])
        }
    }

    private mutating func set(_ attribute: TokenAttributes, forTokensOfText wanted: [String]) {
        for text in wanted {
            if let token = token(ofText: text) { attributes[Int(token)].insert(attribute) }
        }
    }

    /// The last token with a text. *Complexity*: linear, for loading only.
    private func token(ofText text: String) -> TokenID? {
        let wanted = Array(text.utf8)
        return (0..<texts.count).last { texts.bytes[texts[$0]].elementsEqual(wanted) }.map(TokenID.init)
    }
}
