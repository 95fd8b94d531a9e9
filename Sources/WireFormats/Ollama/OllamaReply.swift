import JSON

/// What replies of Ollama's chat and generate have in common.
enum OllamaReply {
    /// `model` and `created_at`, which open every line.
    static func opening(_ head: ReplyHead, at time: Timestamp) -> [(String, JSONValue?)] {
        [("model", .string(head.model)), ("created_at", .string(time.rfc3339))]
    }

    /// `done`, why, and the statistics; those that are zero are left out.
    static func closing(_ summary: ReplySummary) -> [(String, JSONValue?)] {
        func count(_ value: Int64) -> JSONValue? { JSONValue.integer(value).unless(value == 0) }
        let usage = summary.usage
        return [
            ("done", true), ("done_reason", .string(doneReason(summary.reason))),
            ("context", .array(summary.context.map { .integer($0) }).unless(summary.context.isEmpty)),
            ("total_duration", count(summary.durations.total)),
            ("load_duration", count(summary.durations.load)),
            ("prompt_eval_count", count(Int64(usage.promptTokens))),
            ("prompt_eval_duration", count(summary.durations.prompt)),
            ("eval_count", count(Int64(usage.completionTokens))),
            ("eval_duration", count(summary.durations.completion)),
            // Ours: what Ollama's users miss.
            ("prompt_cached_count", count(Int64(usage.cachedTokens))),
            ("prompt_truncated_count", count(Int64(usage.truncatedTokens))),
        ]
    }

    static func doneReason(_ reason: FinishReason) -> String {
        switch reason {
        case .endOfText, .stopSequence: "stop"
        case .length: "length"
        case .cancelled: "cancelled"
        case .loaded: "load"
        case .unloaded: "unload"
        }
    }

    static func finishReason(doneReason: String) -> FinishReason {
        switch doneReason {
        case "length": .length
        case "load": .loaded
        case "unload": .unloaded
        case "cancelled": .cancelled
        default: .endOfText
        }
    }

    static func logProbabilities(_ tokens: [TokenLogProbability]) -> JSONValue? {
        guard !tokens.isEmpty else { return nil }
        return .array(
            tokens.map { token in
                token.json(listsAlternatives: !token.alternatives.isEmpty)
            })
    }

    static func toolCall(_ call: ToolCall, index: Int) -> JSONValue {
        let function: JSONValue = [
            "index": .integer(index), "name": .string(call.name), "arguments": .object(call.arguments),
        ]
        return .object(present: ("id", .string(call.id).unless(call.id.isEmpty)), ("function", function))
    }

    /// What `_debug_render_only` answers.
    static func renderedPrompt(_ prompt: String, mediaCount: Int) -> JSONValue {
        .object(
            present: ("rendered_template", .string(prompt)),
            ("image_count", .integer(mediaCount).unless(mediaCount == 0)))
    }
}

/// The stream of a chat or of a generation: they differ only in where a part's text stands.
package struct OllamaStreamEncoder: ReplyEncoder {
    /// Which of the two routes.
    package enum Route: Sendable { case chat, generate }

    private let route: Route
    private let head: ReplyHead
    private var waitingLogProbabilities: [TokenLogProbability] = []
    private var hasEnded = false

    package init(_ route: Route, head: ReplyHead) {
        self.route = route
        self.head = head
    }

    package mutating func encode(_ event: ReplyEvent, choice: Int, at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded, choice == 0 else { return [] }
        switch event {
        case .started, .toolCallBegan, .toolCallArguments: return []
        case .logProbabilities(let tokens):
            waitingLogProbabilities += tokens
            return []
        case .thinking(let text): return [part(OllamaPart(thinking: text), closing: [("done", false)], at: time)]
        case .text(let text): return [part(OllamaPart(text: text), closing: [("done", false)], at: time)]
        case .toolCall(let index, let call):
            let part = OllamaPart(toolCalls: [OllamaReply.toolCall(call, index: index)])
            return [self.part(part, closing: [("done", false)], at: time)]
        case .finished(let summary):
            hasEnded = true
            return [part(OllamaPart(), closing: OllamaReply.closing(summary), at: time)]
        case .failed(let error):
            hasEnded = true
            return [StreamChunk(OllamaError.body(error))]
        }
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] { [] }

    private mutating func part(
        _ part: OllamaPart, closing: [(String, JSONValue?)], at time: Timestamp
    ) -> StreamChunk {
        let logProbabilities = OllamaReply.logProbabilities(waitingLogProbabilities)
        waitingLogProbabilities = []
        let members = OllamaReply.opening(head, at: time) + part.members(route) + closing
        return StreamChunk(.object(JSONObject(present: members + [("logprobs", logProbabilities)])))
    }
}

/// The text of one line, or of a whole reply.
struct OllamaPart {
    var thinking = ""
    var text = ""
    var toolCalls: [JSONValue] = []

    func members(_ route: OllamaStreamEncoder.Route) -> [(String, JSONValue?)] {
        let thinking = JSONValue.string(thinking).unless(thinking.isEmpty)
        let calls = JSONValue.array(toolCalls).unless(toolCalls.isEmpty)
        switch route {
        case .generate: return [("response", .string(text)), ("thinking", thinking), ("tool_calls", calls)]
        case .chat:
            let message = JSONValue.object(
                present: ("role", "assistant"), ("content", .string(text)), ("thinking", thinking),
                ("tool_calls", calls))
            return [("message", message)]
        }
    }
}

extension OllamaReply {
    /// The whole reply in one object.
    /// - Throws: the error that ended the answer.
    static func body(
        _ route: OllamaStreamEncoder.Route, head: ReplyHead, reply: CollectedReply
    ) throws(WireError) -> JSONValue {
        if let error = reply.error { throw error }
        let part = OllamaPart(
            thinking: reply.thinking, text: reply.text,
            toolCalls: reply.toolCalls.enumerated().map { toolCall($0.element, index: $0.offset) })
        let members = opening(head, at: head.created) + part.members(route) + closing(reply.end)
        return .object(JSONObject(present: members + [("logprobs", logProbabilities(reply.logProbabilities))]))
    }

    /// The answer to a request that only loads or unloads the model.
    static func loadBody(_ route: OllamaStreamEncoder.Route, head: ReplyHead, reason: FinishReason) -> JSONValue {
        let members = opening(head, at: head.created) + OllamaPart().members(route)
        return .object(
            JSONObject(present: members + [("done", true), ("done_reason", .string(doneReason(reason)))]))
    }

    /// The answer to `_debug_render_only`.
    static func debugBody(
        _ route: OllamaStreamEncoder.Route, head: ReplyHead, prompt: String, mediaCount: Int
    ) -> JSONValue {
        let members = opening(head, at: head.created) + OllamaPart().members(route)
        let debug = renderedPrompt(prompt, mediaCount: mediaCount)
        return .object(JSONObject(present: members + [("done", true), ("_debug_info", debug)]))
    }
}
