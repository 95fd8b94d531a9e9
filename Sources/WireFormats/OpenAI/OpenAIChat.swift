package import JSON

/// `POST /v1/chat/completions`.
package enum OpenAIChat {
    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> ChatRequest {
        let object = try RequestObject(json, dialect: .openAI)
        var request = ChatRequest(
            model: try object.required("model"), messages: try OpenAIMessages.decode(object),
            style: try OpenAIFields.style(of: object))
        for tool in try object.objects("tools") ?? [] { request.tools.append(try Tool(tool)) }
        request.toolChoice = try OpenAIFields.toolChoice(of: object, tools: &request.tools)
        request.allowsParallelToolCalls = try object.bool("parallel_tool_calls")
        request.options = try OpenAIFields.options(of: object)
        request.responseFormat = try OpenAIFields.format(of: object)
        request.thinking = try OpenAIFields.thinking(of: object)
        request.thinkingBudget = try object.int("thinking_token_budget")
        request.keepAlive = try object.keepAlive()
        request.logProbabilities = try object.logProbabilities()
        request.choiceCount = try object.int("n", in: 1...WireLimits.choiceCount) ?? 1
        request.truncates = try object.bool("truncate")
        request.shifts = try object.bool("shift")
        request.rendersOnly = try object.bool("_debug_render_only") ?? false
        request.templateArguments = try object.object("chat_template_kwargs")?.members ?? JSONObject()
        return request
    }

    /// The whole reply, one answer for each choice.
    /// - Throws: the error that ended one of the answers.
    package static func body(head: ReplyHead, replies: [CollectedReply]) throws(WireError) -> JSONValue {
        var usage = Usage()
        var choices: [JSONValue] = []
        for (index, reply) in replies.enumerated() {
            if let error = reply.error { throw error }
            usage.addAnswer(reply.end.usage)
            choices.append(choice(reply, index: index))
        }
        let members = opening(head, object: "chat.completion")
        return .object(
            JSONObject(present: members + [("choices", .array(choices)), ("usage", OpenAIUsage.json(usage))]))
    }

    /// The answer to `_debug_render_only`.
    package static func debugBody(head: ReplyHead, prompt: String, mediaCount: Int) -> JSONValue {
        let debug = OllamaReply.renderedPrompt(prompt, mediaCount: mediaCount)
        let members = opening(head, object: "chat.completion")
        return .object(JSONObject(present: members + [("choices", []), ("_debug_info", debug)]))
    }

    private static func choice(_ reply: CollectedReply, index: Int) -> JSONValue {
        let calls = reply.toolCalls.map { toolCall($0) }
        let message = JSONValue.object(
            present: ("role", "assistant"),
            ("content", reply.text.isEmpty && !calls.isEmpty ? .null : .string(reply.text)),
            ("reasoning", .string(reply.thinking).unless(reply.thinking.isEmpty)),
            ("tool_calls", .array(calls).unless(calls.isEmpty)))
        return .object(
            present: ("index", .integer(index)), ("message", message),
            ("logprobs", logProbabilities(reply.logProbabilities)),
            ("finish_reason", .string(finishReason(reply.end.reason, hasToolCalls: !calls.isEmpty))))
    }

    static func toolCall(_ call: ToolCall, index: Int? = nil) -> JSONValue {
        .object(
            present: ("index", index.map { .integer($0) }), ("id", .string(call.id)), ("type", "function"),
            ("function", ["name": .string(call.name), "arguments": .string(call.argumentsText)]))
    }

    static func opening(_ head: ReplyHead, object: String) -> [(String, JSONValue?)] {
        [
            ("id", .string(head.id)), ("object", .string(object)), ("created", .integer(head.created.seconds)),
            ("model", .string(head.model)), ("system_fingerprint", "fp_swiftllm"),
        ]
    }

    static func logProbabilities(_ tokens: [TokenLogProbability]) -> JSONValue {
        guard !tokens.isEmpty else { return .null }
        return ["content": .array(tokens.map { $0.json(listsAlternatives: true) }), "refusal": nil]
    }

    static func finishReason(_ reason: FinishReason, hasToolCalls: Bool) -> String {
        switch reason {
        case .length: "length"
        case .endOfText, .stopSequence, .cancelled, .loaded, .unloaded: hasToolCalls ? "tool_calls" : "stop"
        }
    }
}

/// The stream of a chat: the role first, parts as they come, a chunk with the reason, and `[DONE]`.
package struct OpenAIChatStreamEncoder: ReplyEncoder {
    /// What is known of one answer so far.
    private struct Choice {
        var hasRole = false
        var hasEnded = false
        /// Tool calls that were announced; an index counts once.
        var begunCalls: Set<Int> = []
        /// Whether a call came whole; one that only began was broken and is no reason to stop.
        var hasWholeCall = false
        var waitingLogProbabilities: [TokenLogProbability] = []
    }

    private let head: ReplyHead
    private let includesUsage: Bool
    private var choices: [Int: Choice] = [:]
    private var usage = Usage()
    private var hasEnded = false

    package init(head: ReplyHead, style: ReplyStyle) {
        self.head = head
        includesUsage = style.includesUsage
    }

    package mutating func encode(_ event: ReplyEvent, choice index: Int, at time: Timestamp) -> [StreamChunk] {
        var choice = choices[index] ?? Choice()
        guard !hasEnded, !choice.hasEnded else { return [] }
        defer { choices[index] = choice }
        switch event {
        case .logProbabilities(let tokens):
            choice.waitingLogProbabilities += tokens
            return []
        case .failed(let error):
            hasEnded = true
            return [StreamChunk(OpenAIError.body(error))]
        default: break
        }
        var chunks: [StreamChunk] = []
        if !choice.hasRole {
            choice.hasRole = true
            chunks.append(chunk(["role": "assistant", "content": ""], of: index))
        }
        if case .finished(let summary) = event {
            choice.hasEnded = true
            usage.addAnswer(summary.usage)
            let reason = OpenAIChat.finishReason(summary.reason, hasToolCalls: choice.hasWholeCall)
            chunks.append(chunk([:], of: index, logProbabilities: &choice, finishReason: .string(reason)))
        } else if let delta = Self.delta(event, &choice) {
            chunks.append(chunk(delta, of: index, logProbabilities: &choice))
        }
        return chunks
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded else { return [] }
        hasEnded = true
        guard includesUsage else { return [.done] }
        let members = OpenAIChat.opening(head, object: "chat.completion.chunk")
        let last = JSONObject(present: members + [("choices", []), ("usage", OpenAIUsage.json(usage))])
        return [StreamChunk(.object(last)), .done]
    }

    /// What an event adds to the message; nil for events that add nothing.
    private static func delta(_ event: ReplyEvent, _ choice: inout Choice) -> JSONValue? {
        switch event {
        case .thinking(let text): return ["reasoning": .string(text)]
        case .text(let text): return ["content": .string(text)]
        case .toolCallBegan(let index, let id, let name):
            guard choice.begunCalls.insert(index).inserted else { return nil }
            let function: JSONValue = ["name": .string(name), "arguments": ""]
            return [
                "tool_calls": [
                    ["index": .integer(index), "id": .string(id), "type": "function", "function": function]
                ]
            ]
        case .toolCallArguments(let index, let text):
            return ["tool_calls": [["index": .integer(index), "function": ["arguments": .string(text)]]]]
        case .toolCall(let index, let call):
            choice.hasWholeCall = true
            guard choice.begunCalls.insert(index).inserted else { return nil }
            return ["tool_calls": [OpenAIChat.toolCall(call, index: index)]]
        case .started, .logProbabilities, .finished, .failed: return nil
        }
    }

    private func chunk(_ delta: JSONValue, of index: Int) -> StreamChunk {
        var empty = Choice()
        return chunk(delta, of: index, logProbabilities: &empty)
    }

    /// A chunk of one choice; takes the log probabilities that wait for one.
    private func chunk(
        _ delta: JSONValue, of index: Int, logProbabilities choice: inout Choice, finishReason: JSONValue = .null
    ) -> StreamChunk {
        let tokens = choice.waitingLogProbabilities
        choice.waitingLogProbabilities = []
        let part = JSONValue.object(
            present: ("index", .integer(index)), ("delta", delta),
            ("logprobs", OpenAIChat.logProbabilities(tokens).unless(tokens.isEmpty)), ("finish_reason", finishReason))
        let members = OpenAIChat.opening(head, object: "chat.completion.chunk")
        return StreamChunk(.object(JSONObject(present: members + [("choices", [part])])))
    }
}
