import HTTP
import JSON
import WireFormats

extension OpenAIRoutes {
    /// `POST /v1/responses`
    static func responses(_ call: RouteCall) async throws {
        let request = try OpenAIResponses.decode(try await call.json())
        var previous: ResponseStore.Entry?
        if let id = request.previousResponseID { previous = try await call.server.responses.entry(id) }
        let chat = request.chat(after: previous?.messages ?? [])
        let head = call.head(chat.model, idPrefix: "resp_")
        let answers = call.server.answers
        let collector = ReplyCollector()
        if chat.style.streams {
            try await call.stream(OpenAIResponseStreamEncoder(head: head, request: request), .events) { sink in
                try await answers.chat(chat, dialect: .openAI, to: Tee(first: collector, second: sink))
            }
        } else {
            try await answers.chat(chat, dialect: .openAI, to: collector)
        }
        let reply = await collector.replies.first ?? CollectedReply()
        if chat.style.streams, reply.error != nil { return }
        let body = try OpenAIResponses.body(head: head, request: request, reply: reply, at: call.server.clock())
        if request.stores ?? true {
            let entry = ResponseStore.Entry(
                after: previous, messages: request.input + [reply.message], input: request.sentInput, body: body)
            await call.server.responses.add(head.id, entry)
        }
        if !chat.style.streams { try await call.reply(body) }
    }

    /// `GET /v1/responses/{id}`
    static func response(_ call: RouteCall) async throws {
        try await call.reply(try await call.server.responses.entry(call.parameters["id"] ?? "").body)
    }

    /// `GET /v1/responses/{id}/input_items`
    static func inputItems(_ call: RouteCall) async throws {
        let target = call.request.target
        let page = try OpenAIInputItems.Page(
            limit: target.query("limit"), order: target.query("order"), after: target.query("after"))
        let id = call.parameters["id"] ?? ""
        let input = try await call.server.responses.entry(id).input
        try await call.reply(page.body(of: OpenAIInputItems.items(of: input, replyID: id)))
    }

    /// `DELETE /v1/responses/{id}`
    static func deleteResponse(_ call: RouteCall) async throws {
        let id = call.parameters["id"] ?? ""
        try await call.server.responses.remove(id)
        try await call.reply(OpenAIResponses.deletedBody(id: id))
    }
}

/// Gives events to two sinks.
private struct Tee: ReplySink {
    let first: any ReplySink
    let second: any ReplySink

    func send(_ event: ReplyEvent, choice: Int) async throws {
        try await first.send(event, choice: choice)
        try await second.send(event, choice: choice)
    }
}
