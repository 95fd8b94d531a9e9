package import JSON

/// llama-server's `POST /tokenize`, `POST /detokenize` and `POST /apply-template`.
package enum LlamaServerTokens {
    package struct TokenizeRequest: Sendable, Equatable {
        package var model: String?
        package var text: String
        /// Whether the model's own tokens for begin and end are added.
        package var addsSpecialTokens: Bool
        /// Whether special tokens that are spelled out in the text count as such.
        package var parsesSpecialTokens: Bool
        package var withPieces: Bool
    }

    /// Reads a request to tokenize.
    package static func decodeTokenize(_ json: JSONValue) throws(WireError) -> TokenizeRequest {
        let object = try RequestObject(json, dialect: .llamaServer)
        return TokenizeRequest(
            model: try object.string("model"), text: try object.required("content"),
            addsSpecialTokens: try object.bool("add_special") ?? false,
            parsesSpecialTokens: try object.bool("parse_special") ?? true,
            withPieces: try object.bool("with_pieces") ?? false)
    }

    /// The tokens of a text.
    package static func body(_ tokens: [Int32]) -> JSONValue { ["tokens": .array(tokens.map { .integer($0) })] }

    /// The tokens of a text, each with its bytes: as text where they are UTF-8, else as numbers.
    package static func body(_ tokens: [(id: Int32, bytes: [UInt8])]) -> JSONValue {
        let list = tokens.map { id, bytes -> JSONValue in
            let text = String(validating: bytes, as: UTF8.self)
            return ["id": .integer(id), "piece": text.map(JSONValue.string) ?? .array(bytes.map { .integer($0) })]
        }
        return ["tokens": .array(list)]
    }

    /// Reads a request to detokenize.
    package static func decodeDetokenize(_ json: JSONValue) throws(WireError) -> (model: String?, tokens: [Int32]) {
        let object = try RequestObject(json, dialect: .llamaServer)
        guard let tokens = try object.tokens("tokens") else { throw object.missing("tokens") }
        return (try object.string("model"), tokens)
    }

    /// The text of some tokens.
    package static func body(text: String) -> JSONValue { ["content": .string(text)] }

    /// Reads a request to apply the chat template: a chat of OpenAI's dialect, whose model may be left out.
    package static func decodeTemplate(_ json: JSONValue) throws(WireError) -> ChatRequest {
        guard case .object(var members) = json, members["model"] == nil else { return try OpenAIChat.decode(json) }
        members["model"] = ""
        return try OpenAIChat.decode(.object(members))
    }

    /// The rendered prompt.
    package static func body(prompt: String) -> JSONValue { ["prompt": .string(prompt)] }
}
