import WireFormats

/// OpenAI's routes.
enum OpenAIRoutes {
    /// `POST /v1/chat/completions`
    static func chat(_ call: RouteCall) async throws {
        let request = try OpenAIChat.decode(try await call.json())
        let head = call.head(request.model, idPrefix: "chatcmpl-")
        let answers = call.server.answers
        if request.rendersOnly {
            let prompt = try await answers.render(request)
            return try await call.reply(OpenAIChat.debugBody(head: head, prompt: prompt, mediaCount: 0))
        }
        if request.style.streams {
            let encoder = OpenAIChatStreamEncoder(head: head, style: request.style)
            return try await call.stream(encoder, .events) { sink in
                try await answers.chat(request, dialect: .openAI, to: sink)
            }
        }
        let replies = try await call.collect { try await answers.chat(request, dialect: .openAI, to: $0) }
        try await call.reply(try OpenAIChat.body(head: head, replies: replies))
    }
}
