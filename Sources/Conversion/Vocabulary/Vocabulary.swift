import GGUF
import JSON

/// A model's tokens as GGUF has them.
struct Vocabulary {
    /// GGUF's names of the algorithms.
    enum Model: String {
        case bytePair = "gpt2"
        case sentencePiece = "llama"
        case wordPiece = "bert"
    }

    /// What a token is, by GGUF's numbers.
    enum TokenType: Int32 {
        case normal = 1
        case unknown = 2
        case control = 3
        case userDefined = 4
        case unused = 5
        case byte = 6
    }

    struct Token: Equatable {
        var text: String
        var type: TokenType
        var score: Float = 0
    }

    let model: Model
    /// GGUF's name of the split rule.
    let preTokenizer: String
    var tokens: [Token]
    /// Pairs with a space between, the first to merge in front.
    var merges: [String] = []
    /// Whether a space goes in front of a text; nil for what is usual for the model.
    var addsSpacePrefix: Bool?

    /// What tokens are read from.
    struct Source {
        let folder: ModelFolder
        /// Rows of the embedding table: tokens that there must be.
        let tokenCount: Int
        /// `tokenizer.json`; nil if it is not there.
        let tokenizer: JSONObject?
        /// `tokenizer_config.json`; empty if it is not there.
        let settings: JSONObject

        static let tokenizerFile = "tokenizer.json"
        static let settingsFile = "tokenizer_config.json"

        init(_ folder: ModelFolder, tokenCount: Int) throws(ConversionError) {
            self.folder = folder
            self.tokenCount = tokenCount
            tokenizer = try folder.json(Self.tokenizerFile)?.objectValue
            settings = try folder.json(Self.settingsFile)?.objectValue ?? JSONObject()
        }
    }

    /// The tokens of a decoder: pieces of SentencePiece if there are any, else byte pairs.
    static func decoder(_ source: Source) throws(ConversionError) -> Vocabulary {
        if source.folder.has(SentencePieceFile.name) { return try SentencePieceFile.vocabulary(source) }
        let tokenizer = try TokenizerFile(source)
        return tokenizer.hasByteFallback ? try tokenizer.sentencePiece() : try tokenizer.bytePair()
    }

    /// The tokens of an encoder like BERT.
    static func wordPiece(_ source: Source) throws(ConversionError) -> Vocabulary {
        try TokenizerFile(source).wordPiece()
    }

    /// Adds the keys of the tokens.
    func add(to keys: inout ModelKeys) {
        keys.setGlobal("tokenizer.ggml.model", .text(model.rawValue))
        keys.setGlobal("tokenizer.ggml.pre", .text(preTokenizer))
        keys.setGlobal("tokenizer.ggml.tokens", .array(MetadataArray(tokens.map(\.text))))
        if model == .sentencePiece {
            keys.setGlobal("tokenizer.ggml.scores", .array(MetadataArray(tokens.map(\.score))))
        }
        keys.setGlobal("tokenizer.ggml.token_type", .array(MetadataArray(tokens.map(\.type.rawValue))))
        if !merges.isEmpty { keys.setGlobal("tokenizer.ggml.merges", .array(MetadataArray(merges))) }
        keys.setGlobal("tokenizer.ggml.add_space_prefix", addsSpacePrefix.map { .bool($0) })
    }

    /// The name of an id that no token has.
    static func padding(_ id: Int) -> Token { Token(text: "[PAD\(id)]", type: .unused, score: -10_000) }

    /// Whether a token that is added to a vocabulary is a control token even if it is not called special.
    ///
    /// *Source*: `does_token_look_special` of llama.cpp's converter.
    static func looksSpecial(_ text: String) -> Bool {
        ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(text)
            || (text.hasPrefix("<|") && text.hasSuffix("|>")) || (text.hasPrefix("<｜") && text.hasSuffix("｜>"))
            || (text.hasPrefix("<unused") && text.hasSuffix(">"))
    }
}

/// A token that is added to those of the model itself.
struct AddedToken {
    let id: Int
    let text: String
    let isSpecial: Bool

    /// As the vocabulary has it.
    ///
    /// Spaces of tokens that users may write stand as such, not as U+2581.
    var token: Vocabulary.Token {
        guard !isSpecial, !Vocabulary.looksSpecial(text) else { return .init(text: text, type: .control, score: -1000) }
        return .init(text: text.replacing("\u{2581}", with: " "), type: .userDefined, score: -1000)
    }
}

extension String {
    /// The text with one scalar in place of another, whatever marks follow it.
    func replacing(_ scalar: Unicode.Scalar, with other: Unicode.Scalar) -> String {
        guard unicodeScalars.contains(scalar) else { return self }
        return String(UnicodeScalarView(unicodeScalars.map { $0 == scalar ? other : $0 }))
    }
}

extension Vocabulary.Source {
    /// Tokens that `tokenizer_config.json` adds, in the order of their ids.
    var settingsTokens: [AddedToken] {
        let entries = settings["added_tokens_decoder"]?.objectValue?.members ?? []
        return entries.compactMap { id, value in
            guard let id = Int(id), let text = value["content"]?.stringValue else { return nil }
            return AddedToken(id: id, text: text, isSpecial: value["special"]?.boolValue ?? false)
        }.sorted { $0.id < $1.id }
    }
}
