package import JSON

extension AnthropicMessages {
    /// The whole reply.
    /// - Throws: the error that ended the answer.
    package static func body(head: ReplyHead, reply: CollectedReply) throws(WireError) -> JSONValue {
        if let error = reply.error { throw error }
        var content: [JSONValue] = []
        if !reply.thinking.isEmpty {
            content.append(["type": "thinking", "thinking": .string(reply.thinking), "signature": ""])
        }
        if !reply.text.isEmpty { content.append(["type": "text", "text": .string(reply.text)]) }
        for call in reply.toolCalls { content.append(toolUse(call.id, call.name, input: call.arguments)) }
        let (reason, sequence) = stop(reply.end.reason, hasToolCalls: !reply.toolCalls.isEmpty)
        return message(head, content: content, stopReason: reason, stopSequence: sequence, usage: reply.end.usage)
    }

    static func message(
        _ head: ReplyHead, content: [JSONValue], stopReason: JSONValue, stopSequence: JSONValue, usage: Usage
    ) -> JSONValue {
        [
            "id": .string(head.id), "type": "message", "role": "assistant", "model": .string(head.model),
            "content": .array(content), "stop_reason": stopReason, "stop_sequence": stopSequence,
            "usage": self.usage(usage),
        ]
    }

    static func toolUse(_ id: String, _ name: String, input: JSONObject) -> JSONValue {
        ["type": "tool_use", "id": .string(id), "name": .string(name), "input": .object(input)]
    }

    /// Token counts; those of the prompt are apart by whether they were cached, as Anthropic counts them.
    static func usage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .integer(max(0, usage.promptTokens - usage.cachedTokens)),
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": .integer(usage.cachedTokens),
            "output_tokens": .integer(usage.completionTokens),
        ]
    }

    /// The reason, and the stop sequence if that was it.
    static func stop(_ reason: FinishReason, hasToolCalls: Bool) -> (reason: JSONValue, sequence: JSONValue) {
        switch reason {
        case .length: ("max_tokens", nil)
        case .stopSequence(let text) where !hasToolCalls: ("stop_sequence", .string(text))
        case .endOfText, .stopSequence, .cancelled, .loaded, .unloaded: (hasToolCalls ? "tool_use" : "end_turn", nil)
        }
    }
}

/// The stream of a message: named events, one content block after another.
package struct AnthropicStreamEncoder: ReplyEncoder {
    /// The block that is open.
    private enum Block: Equatable {
        case thinking, text
        /// A call of the answer, by its index there.
        case toolUse(Int)
    }

    private let head: ReplyHead
    private var hasBegun = false
    private var hasEnded = false
    private var open: Block?
    /// Blocks opened so far.
    private var blockCount = 0
    private var begunCalls: Set<Int> = []
    /// Whether a call came whole; one that only began was broken and is no reason to stop.
    private var hasWholeCall = false

    package init(head: ReplyHead) { self.head = head }

    /// Says that the server still works; may come between any two chunks once the message has begun.
    package static let ping = event(["type": "ping"])

    package mutating func encode(_ event: ReplyEvent, choice: Int, at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded, choice == 0 else { return [] }
        switch event {
        case .logProbabilities: return []
        case .started(let usage): return begin(usage)
        case .thinking(let text):
            return begin() + enter(.thinking, ["type": "thinking", "thinking": "", "signature": ""])
                + delta(["type": "thinking_delta", "thinking": .string(text)])
        case .text(let text):
            return begin() + enter(.text, ["type": "text", "text": ""])
                + delta(["type": "text_delta", "text": .string(text)])
        case .toolCallBegan(let index, let id, let name):
            guard begunCalls.insert(index).inserted else { return [] }
            return begin() + enter(.toolUse(index), AnthropicMessages.toolUse(id, name, input: JSONObject()))
        case .toolCallArguments(let index, let text):
            guard open == .toolUse(index) else { return [] }
            return delta(["type": "input_json_delta", "partial_json": .string(text)])
        case .toolCall(let index, let call):
            hasWholeCall = true
            guard begunCalls.insert(index).inserted else { return open == .toolUse(index) ? close() : [] }
            return begin()
                + enter(.toolUse(index), AnthropicMessages.toolUse(call.id, call.name, input: JSONObject()))
                + delta(["type": "input_json_delta", "partial_json": .string(call.argumentsText)]) + close()
        case .finished(let summary): return end(summary)
        case .failed(let error):
            hasEnded = true
            return [Self.event(AnthropicError.body(error, requestID: nil))]
        }
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] { [] }

    private mutating func begin(_ usage: Usage = Usage()) -> [StreamChunk] {
        guard !hasBegun else { return [] }
        hasBegun = true
        let message = AnthropicMessages.message(head, content: [], stopReason: nil, stopSequence: nil, usage: usage)
        return [Self.event(["type": "message_start", "message": message]), Self.ping]
    }

    private mutating func end(_ summary: ReplySummary) -> [StreamChunk] {
        let chunks = begin(summary.usage) + close()
        hasEnded = true
        let (reason, sequence) = AnthropicMessages.stop(summary.reason, hasToolCalls: hasWholeCall)
        let last: JSONValue = [
            "type": "message_delta", "delta": ["stop_reason": reason, "stop_sequence": sequence],
            "usage": AnthropicMessages.usage(summary.usage),
        ]
        return chunks + [Self.event(last), Self.event(["type": "message_stop"])]
    }

    /// Opens a block unless it is open already; any other closes first.
    private mutating func enter(_ block: Block, _ content: JSONValue) -> [StreamChunk] {
        guard open != block else { return [] }
        let chunks = close()
        open = block
        blockCount += 1
        let start: JSONValue = [
            "type": "content_block_start", "index": .integer(blockCount - 1), "content_block": content,
        ]
        return chunks + [Self.event(start)]
    }

    private mutating func close() -> [StreamChunk] {
        guard open != nil else { return [] }
        open = nil
        return [Self.event(["type": "content_block_stop", "index": .integer(blockCount - 1)])]
    }

    private func delta(_ delta: JSONValue) -> [StreamChunk] {
        [Self.event(["type": "content_block_delta", "index": .integer(blockCount - 1), "delta": delta])]
    }

    /// An event is named by its data's type.
    private static func event(_ data: JSONValue) -> StreamChunk { StreamChunk(event: data["type"]?.stringValue, data) }
}
