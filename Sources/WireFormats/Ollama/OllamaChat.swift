package import JSON

/// `POST /api/chat`.
package enum OllamaChat {
    /// Reads a request. No messages means: load the model, or unload it where `keep_alive` is zero.
    package static func decode(_ json: JSONValue) throws(WireError) -> ChatRequest {
        let object = try RequestObject(json, dialect: .ollama)
        var messages: [Message] = []
        for message in try object.objects("messages") ?? [] { messages.append(try Self.message(message)) }
        var request = ChatRequest(
            model: try object.ollamaModel(), messages: messages,
            style: ReplyStyle(streams: try object.bool("stream") ?? true))
        request.logProbabilities = try object.logProbabilities()
        for tool in try object.objects("tools") ?? [] { request.tools.append(try Tool(tool)) }
        request.toolChoice = try OpenAIFields.toolChoice(of: object, tools: &request.tools)
        request.allowsParallelToolCalls = try object.bool("parallel_tool_calls")
        request.options = try object.ollamaOptions()
        request.responseFormat = try object.ollamaFormat()
        request.thinking = try object.ollamaThinking()
        request.keepAlive = try object.keepAlive()
        request.truncates = try object.bool("truncate")
        request.shifts = try object.bool("shift")
        request.rendersOnly = try object.bool("_debug_render_only") ?? false
        return request
    }

    /// Reads one message; a model's stored `messages` layer has the same form.
    static func message(_ object: RequestObject) throws(WireError) -> Message {
        var message = Message(
            role: Role(try object.string("role") ?? ""), text: try object.string("content") ?? "")
        message.content += try object.ollamaMedia().map(ContentPart.media)
        message.thinking = try object.string("thinking")
        message.toolName = try object.string("tool_name")
        message.toolCallID = try object.string("tool_call_id")
        for call in try object.objects("tool_calls") ?? [] { message.toolCalls.append(try toolCall(call)) }
        return message
    }

    /// Reads the messages of a model's `messages` layer.
    package static func messages(_ json: JSONValue) throws(WireError) -> [Message] {
        let object = try RequestObject(["messages": json], dialect: .ollama)
        var messages: [Message] = []
        for message in try object.objects("messages") ?? [] { messages.append(try Self.message(message)) }
        return messages
    }

    static func toolCall(_ object: RequestObject) throws(WireError) -> ToolCall {
        guard let function = try object.object("function") else {
            throw object.error("function", "\(object.path("function")) is required")
        }
        let arguments: JSONObject
        switch function.value("arguments") {
        case nil: arguments = JSONObject()
        case .object(let members): arguments = members
        case .string(let text): arguments = ToolCall.arguments(text: text)
        default: throw function.mismatch("arguments", expected: "object")
        }
        return ToolCall(
            id: try object.string("id") ?? "", name: try function.string("name") ?? "", arguments: arguments)
    }

    /// The encoder of a streamed reply.
    package static func streamEncoder(head: ReplyHead) -> OllamaStreamEncoder { OllamaStreamEncoder(.chat, head: head) }

    /// The whole reply.
    /// - Throws: the error that ended the answer.
    package static func body(head: ReplyHead, reply: CollectedReply) throws(WireError) -> JSONValue {
        try OllamaReply.body(.chat, head: head, reply: reply)
    }

    /// The answer to a request without messages.
    /// - Parameter reason: `loaded` or `unloaded`.
    package static func loadBody(head: ReplyHead, reason: FinishReason) -> JSONValue {
        OllamaReply.loadBody(.chat, head: head, reason: reason)
    }

    /// The answer to `_debug_render_only`.
    package static func debugBody(head: ReplyHead, prompt: String, mediaCount: Int) -> JSONValue {
        OllamaReply.debugBody(.chat, head: head, prompt: prompt, mediaCount: mediaCount)
    }
}
