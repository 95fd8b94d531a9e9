import JSON
import WireFormats

extension OllamaRoutes {
    /// `POST /api/generate`
    static func generate(_ call: RouteCall) async throws {
        let request = try OllamaGenerate.decode(try await call.json())
        let head = call.head(request.model)
        let answers = call.server.answers
        let isLoad = request.prompts.allSatisfy(\.isEmpty)
        if request.style.streams, !isLoad, !request.rendersOnly {
            return try await call.stream(OllamaGenerate.streamEncoder(head: head), .lines) { sink in
                try await answers.complete(request, dialect: .ollama, to: sink)
            }
        }
        if request.rendersOnly {
            let prompt = try await answers.render(request)
            return try await call.reply(OllamaGenerate.debugBody(head: head, prompt: prompt, mediaCount: 0))
        }
        let replies = try await call.collect { try await answers.complete(request, dialect: .ollama, to: $0) }
        if isLoad, let reason = replies.first?.summary?.reason {
            return try await call.reply(OllamaGenerate.loadBody(head: head, reason: reason))
        }
        try await call.reply(try OllamaGenerate.body(head: head, reply: replies.first ?? CollectedReply()))
    }
}
