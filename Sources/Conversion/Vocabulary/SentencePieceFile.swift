import JSON
import Platform

/// `tokenizer.model`: the pieces of SentencePiece with their scores, in the format of protocol buffers.
///
/// *Source*: `sentencepiece_model.proto` of SentencePiece; `_create_vocab_sentencepiece` of llama.cpp's converter.
enum SentencePieceFile {
    static let name = "tokenizer.model"

    /// The tokens of a model that has the file.
    static func vocabulary(_ source: Vocabulary.Source) throws(ConversionError) -> Vocabulary {
        guard let bytes = try source.folder.bytes(name) else {
            throw .missingFile(name, purpose: "the tokens of the model")
        }
        var tokens = (0..<source.tokenCount).map(Vocabulary.padding)
        for (id, piece) in try pieces(bytes).prefix(source.tokenCount).enumerated() { tokens[id] = piece }
        for token in try earlierTokens(source) + source.settingsTokens where token.id < source.tokenCount {
            tokens[token.id] = token.token
        }
        var vocabulary = Vocabulary(model: .sentencePiece, preTokenizer: "default", tokens: tokens)
        vocabulary.addsSpacePrefix = source.settings["add_prefix_space"]?.boolValue
        return vocabulary
    }

    /// Tokens of `added_tokens.json`, as older folders have it: names and numbers.
    private static func earlierTokens(_ source: Vocabulary.Source) throws(ConversionError) -> [AddedToken] {
        let file = "added_tokens.json"
        return (try source.folder.json(file)?.objectValue?.members ?? []).compactMap { text, id in
            id.intValue.flatMap { $0 >= 0 ? AddedToken(id: $0, text: text, isSpecial: false) : nil }
        }
    }

    /// Pieces in the order of their numbers.
    static func pieces(_ bytes: [UInt8]) throws(ConversionError) -> [Vocabulary.Token] {
        do throws(ProtocolBufferError) {
            return try bytes.withBytes { span throws(ProtocolBufferError) in
                var reader = ProtocolBufferReader(span)
                var pieces: [Vocabulary.Token] = []
                while let field = try reader.next() {
                    guard field.number == 1, case .bytes(let range) = field.value else { continue }
                    pieces.append(try piece(span.extracting(range)))
                }
                return pieces
            }
        } catch {
            throw .invalidVocabulary(file: name, reason: "not a SentencePiece model: \(error)")
        }
    }

    private static func piece(_ span: RawSpan) throws(ProtocolBufferError) -> Vocabulary.Token {
        var reader = ProtocolBufferReader(span)
        var token = Vocabulary.Token(text: "", type: .normal)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)):
                guard let text = span.extracting(range).validatedText else {
                    throw .invalidText(offset: range.lowerBound)
                }
                token.text = text
            case (2, .fixed32(let bits)): token.score = Float(bitPattern: bits)
            case (3, .varint(let number)): token.type = types[number] ?? .normal
            default: continue
            }
        }
        return token
    }

    /// GGUF's type for each of SentencePiece's. What users defined is read as any other piece, as llama.cpp does;
    /// `tokenizer_config.json` says which of them are special.
    private static let types: [UInt64: Vocabulary.TokenType] = [2: .unknown, 3: .control, 5: .unused, 6: .byte]
}
