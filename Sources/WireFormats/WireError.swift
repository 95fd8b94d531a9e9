package import JSON

/// Why a request cannot be answered, before any dialect's words for it.
package struct WireError: Error, Equatable, Sendable {
    /// What went wrong; decides the HTTP status.
    package enum Kind: Sendable, CaseIterable {
        /// The request contradicts the interface or itself.
        case invalid
        /// No valid key came with the request.
        case unauthorized
        /// The key may not do this.
        case forbidden
        /// No such model, route or stored object.
        case notFound
        /// The state of what is named does not allow it now.
        case conflict
        /// The request is larger than the server takes.
        case tooLarge
        /// The client's allowance is used up.
        case rateLimited
        /// Understood, but this server or model cannot do it.
        case unsupported
        /// Too much work is waiting.
        case busy
        /// Our fault.
        case `internal`

        /// The HTTP status. What is unsupported is 400 and not 501, because client libraries repeat requests on 5xx.
        package var status: Int {
            switch self {
            case .invalid, .unsupported: 400
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .conflict: 409
            case .tooLarge: 413
            case .rateLimited: 429
            case .internal: 500
            case .busy: 503
            }
        }
    }

    package var kind: Kind
    /// Plain English for a person.
    package var message: String
    /// The field to blame, as a path such as `messages[0].content`.
    package var parameter: String?
    /// A word for programs, such as `context_length_exceeded`.
    package var code: String?

    package init(_ kind: Kind, _ message: String, parameter: String? = nil, code: String? = nil) {
        self.kind = kind
        self.message = message
        self.parameter = parameter
        self.code = code
    }
}

/// Whose words requests and replies are in.
package enum Dialect: Sendable, CaseIterable {
    case ollama, openAI, anthropic, llamaServer

    /// The body of an error reply.
    /// - Parameter requestID: what the reply's request-id header says; only Anthropic repeats it in the body.
    package func errorBody(_ error: WireError, requestID: String? = nil) -> JSONValue {
        switch self {
        case .ollama: OllamaError.body(error)
        case .openAI: OpenAIError.body(error)
        case .anthropic: AnthropicError.body(error, requestID: requestID)
        case .llamaServer: LlamaServerError.body(error)
        }
    }
}

/// The bytes of a request as JSON.
package enum RequestBody {
    /// Parses a body; a name given twice counts with its last value, as the peers' parsers have it.
    package static func parse(_ bytes: [UInt8], limits: WireLimits = WireLimits()) throws(WireError) -> JSONValue {
        guard !bytes.isEmpty else { throw WireError(.invalid, "missing request body") }
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        options.byteCountLimit = limits.bodyByteCount
        do {
            return try JSONParser.parse(bytes, options: options)
        } catch JSONError.tooLarge(let byteCount, let limit) {
            throw WireError(.tooLarge, "the request has \(byteCount) bytes, at most \(limit) are allowed")
        } catch {
            throw WireError(.invalid, "\(error)")
        }
    }
}

/// What one request may ask for at most, where a few bytes could order much work.
package struct WireLimits: Sendable {
    /// Bytes of a JSON body.
    package var bodyByteCount = 64 << 20
    /// Answers to one prompt: `n`, `best_of`.
    package static let choiceCount = 128
    /// Answers of one request: prompts × `n`.
    package static let answerCount = 2048
    /// Stop strings, and stop tokens.
    package static let stopCount = 64
    /// Tokens with a bias.
    package static let biasCount = 4096
    /// Texts to embed.
    package static let inputCount = 16_384
    /// Alternatives listed for every token.
    package static let alternativeCount = 20
    /// Words of a `choice` format.
    package static let wordCount = 1024

    package init() {}
}
