import JSON
import WireFormats

extension OllamaRoutes {
    /// `POST /api/chat`
    static func chat(_ call: RouteCall) async throws {
        let request = try OllamaChat.decode(try await call.json())
        let head = call.head(request.model)
        let answers = call.server.answers
        if request.style.streams, !request.messages.isEmpty, !request.rendersOnly {
            return try await call.stream(OllamaChat.streamEncoder(head: head), .lines) { sink in
                try await answers.chat(request, dialect: .ollama, to: sink)
            }
        }
        if request.rendersOnly {
            let prompt = try await answers.render(request)
            return try await call.reply(OllamaChat.debugBody(head: head, prompt: prompt, mediaCount: 0))
        }
        let replies = try await call.collect { try await answers.chat(request, dialect: .ollama, to: $0) }
        if request.messages.isEmpty, let reason = replies.first?.summary?.reason {
            return try await call.reply(OllamaChat.loadBody(head: head, reason: reason))
        }
        try await call.reply(try OllamaChat.body(head: head, reply: replies.first ?? CollectedReply()))
    }
}
