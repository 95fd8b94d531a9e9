import JSON

/// The stream of `POST /v1/responses`: numbered events that open, fill and close one output item after another.
package struct OpenAIResponseStreamEncoder: ReplyEncoder {
    /// The item that is being filled.
    private struct Item {
        enum Kind: Equatable {
            case reasoning, message
            /// A call of the answer, by its index there.
            case functionCall(Int)
        }

        let kind: Kind
        let id: String
        /// What has come so far: thinking, text, or arguments.
        var text = ""
        var logProbabilities: [TokenLogProbability] = []
        var callID = ""
        var name = ""
    }

    private let body: ResponseBody
    private var sequence = 0
    private var hasBegun = false
    private var hasEnded = false
    private var open: Item?
    /// Items that are done.
    private var output: [JSONValue] = []
    private var begunCalls: Set<Int> = []
    private var waitingLogProbabilities: [TokenLogProbability] = []

    package init(head: ReplyHead, request: OpenAIResponses.Request) {
        body = ResponseBody(head: head, request: request)
    }

    package mutating func encode(_ event: ReplyEvent, choice: Int, at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded, choice == 0 else { return [] }
        switch event {
        case .logProbabilities(let tokens):
            waitingLogProbabilities += tokens
            return []
        case .started: return begin()
        case .thinking(let text): return begin() + enter(.reasoning, "rs") + add(text)
        case .text(let text): return begin() + enter(.message, "msg") + add(text)
        case .toolCallBegan(let index, let id, let name):
            guard begunCalls.insert(index).inserted else { return [] }
            return begin() + enter(.functionCall(index), "fc", callID: id, name: name)
        case .toolCallArguments(let index, let text):
            guard open?.kind == .functionCall(index) else { return [] }
            return add(text)
        case .toolCall(let index, let call):
            guard begunCalls.insert(index).inserted else {
                return open?.kind == .functionCall(index) ? close() : []
            }
            return begin() + enter(.functionCall(index), "fc", callID: call.id, name: call.name)
                + add(call.argumentsText) + close()
        case .finished(let summary): return end(.finished(summary, time))
        case .failed(let error): return end(.failed(error, time))
        }
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] { [] }

    // MARK: Begin and end

    private mutating func begin() -> [StreamChunk] {
        guard !hasBegun else { return [] }
        hasBegun = true
        let response = body.json(.inProgress, output: [])
        return [
            event("response.created", ("response", response)), event("response.in_progress", ("response", response)),
        ]
    }

    private mutating func end(_ status: ResponseBody.Status) -> [StreamChunk] {
        var chunks = begin()
        var itemStatus = "completed"
        if case .finished(let summary, _) = status, summary.reason == .length { itemStatus = "incomplete" }
        if case .failed = status { itemStatus = "incomplete" }
        // An answer of nothing is an empty message, as in the whole reply.
        if case .finished = status, open == nil, !output.contains(where: { $0["type"] != "reasoning" }) {
            chunks += enter(.message, "msg")
        }
        chunks += itemStatus == "completed" ? closeUnfinished() : close(status: itemStatus)
        hasEnded = true
        return chunks + [event("response.\(status.name)", ("response", body.json(status, output: output)))]
    }

    // MARK: Items

    /// Opens an item unless it is open already; any other closes first.
    private mutating func enter(
        _ kind: Item.Kind, _ prefix: String, callID: String = "", name: String = ""
    ) -> [StreamChunk] {
        if let open, open.kind == kind { return [] }
        var chunks = closeUnfinished()
        var item = Item(kind: kind, id: body.itemID(prefix, output.count))
        item.callID = callID
        item.name = name
        open = item
        let shown: JSONValue =
            switch kind {
            case .reasoning: body.reasoning(id: item.id, text: nil)
            case .message: body.message(id: item.id, content: [], status: "in_progress")
            case .functionCall: call(item, status: "in_progress")
            }
        chunks.append(event("response.output_item.added", place, ("item", shown)))
        switch kind {
        case .reasoning:
            chunks.append(itemEvent("response.reasoning_summary_part.added", ("part", summaryPart(""))))
        case .message: chunks.append(itemEvent("response.content_part.added", ("part", body.textPart(""))))
        case .functionCall: break
        }
        return chunks
    }

    /// The next piece of the open item.
    private mutating func add(_ text: String) -> [StreamChunk] {
        open?.text += text
        switch open?.kind {
        case nil: return []
        case .reasoning: return [itemEvent("response.reasoning_summary_text.delta", ("delta", .string(text)))]
        case .functionCall: return [itemEvent("response.function_call_arguments.delta", ("delta", .string(text)))]
        case .message:
            let tokens = waitingLogProbabilities
            waitingLogProbabilities = []
            open?.logProbabilities += tokens
            let listed = JSONValue.array(tokens.map { $0.json(listsAlternatives: true) })
            return [itemEvent("response.output_text.delta", ("delta", .string(text)), ("logprobs", listed))]
        }
    }

    /// Closes whatever is open before something else begins: a call that never came whole was broken.
    private mutating func closeUnfinished() -> [StreamChunk] {
        if case .functionCall? = open?.kind { return close(status: "incomplete") }
        return close()
    }

    private mutating func close(status: String = "completed") -> [StreamChunk] {
        guard let item = open else { return [] }
        let text = JSONValue.string(item.text)
        var chunks: [StreamChunk] = []
        let done: JSONValue
        switch item.kind {
        case .reasoning:
            chunks.append(itemEvent("response.reasoning_summary_text.done", ("text", text)))
            chunks.append(itemEvent("response.reasoning_summary_part.done", ("part", summaryPart(item.text))))
            done = body.reasoning(id: item.id, text: item.text)
        case .message:
            let part = body.textPart(item.text, item.logProbabilities)
            let listed = part["logprobs"] ?? []
            chunks.append(itemEvent("response.output_text.done", ("text", text), ("logprobs", listed)))
            chunks.append(itemEvent("response.content_part.done", ("part", part)))
            done = body.message(id: item.id, content: [part], status: status)
        case .functionCall:
            done = call(item, status: status)
            let name = done["name"] ?? .string(item.name)
            chunks.append(itemEvent("response.function_call_arguments.done", ("name", name), ("arguments", text)))
        }
        chunks.append(event("response.output_item.done", place, ("item", done)))
        open = nil
        output.append(done)
        return chunks
    }

    private func call(_ item: Item, status: String) -> JSONValue {
        body.functionCall(
            id: item.id, callID: item.callID, name: item.name, arguments: item.text, status: status)
    }

    private func summaryPart(_ text: String) -> JSONValue { ["type": "summary_text", "text": .string(text)] }

    // MARK: Events

    /// The open item's place in the output.
    private var place: (String, JSONValue) { ("output_index", .integer(output.count)) }

    /// An event about the open item's only part.
    private mutating func itemEvent(_ type: String, _ members: (String, JSONValue)...) -> StreamChunk {
        var all = [("item_id", JSONValue.string(open?.id ?? "")), place]
        switch open?.kind {
        case .reasoning: all.append(("summary_index", 0))
        case .message: all.append(("content_index", 0))
        case .functionCall, nil: break
        }
        return event(type, all + members)
    }

    private mutating func event(_ type: String, _ members: (String, JSONValue)...) -> StreamChunk {
        event(type, members)
    }

    private mutating func event(_ type: String, _ members: [(String, JSONValue)]) -> StreamChunk {
        defer { sequence += 1 }
        let all = [("type", JSONValue.string(type)), ("sequence_number", .integer(sequence))] + members
        return StreamChunk(event: type, .object(JSONObject(all.lazy.map { (key: $0.0, value: $0.1) })))
    }
}
