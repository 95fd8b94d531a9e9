import WireFormats

/// Anthropic's routes.
enum AnthropicRoutes {
    /// `POST /v1/messages`
    static func messages(_ call: RouteCall) async throws {
        let request = try AnthropicMessages.decode(try await call.json())
        let head = call.head(request.model, idPrefix: "msg_")
        let answers = call.server.answers
        if request.style.streams {
            return try await call.stream(AnthropicStreamEncoder(head: head), .events) { sink in
                try await answers.chat(request, dialect: .anthropic, to: sink)
            }
        }
        let replies = try await call.collect { try await answers.chat(request, dialect: .anthropic, to: $0) }
        try await call.reply(try AnthropicMessages.body(head: head, reply: replies.first ?? CollectedReply()))
    }

    /// `POST /v1/messages/count_tokens`
    static func countTokens(_ call: RouteCall) async throws {
        let request = try AnthropicMessages.decodeCount(try await call.json())
        try await call.reply(AnthropicMessages.countBody(tokens: try await call.server.answers.tokenCount(request)))
    }
}
