package import JSON

/// The reply of `POST /v1/responses`, and what its streamed events carry of it.
struct ResponseBody: Sendable {
    let head: ReplyHead
    let request: OpenAIResponses.Request

    /// Members of a request that the reply repeats, where it has no value of its own for them.
    static let echoedNames = [
        "metadata", "max_output_tokens", "max_tool_calls", "parallel_tool_calls", "prompt_cache_key", "reasoning",
        "safety_identifier", "service_tier", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
        "truncation", "user", "presence_penalty", "frequency_penalty",
    ]

    /// How far the reply is.
    enum Status {
        case inProgress
        case finished(ReplySummary, Timestamp)
        case failed(WireError, Timestamp)

        var name: String {
            switch self {
            case .inProgress: "in_progress"
            case .finished(let summary, _): summary.reason == .length ? "incomplete" : "completed"
            case .failed: "failed"
            }
        }
    }

    func json(_ status: Status, output: [JSONValue]) -> JSONValue {
        var completed = JSONValue.null
        var usage = JSONValue.null
        var error = JSONValue.null
        var details = JSONValue.null
        switch status {
        case .inProgress: break
        case .finished(let summary, let time):
            usage = Self.usage(summary.usage)
            if summary.reason == .length { details = ["reason": "max_output_tokens"] }
            if summary.reason != .length { completed = .integer(time.seconds) }
        case .failed(let failure, _):
            error = ["code": "server_error", "message": .string(failure.message)]
        }
        let members: [(String, JSONValue?)] = [
            ("id", .string(head.id)), ("object", "response"), ("created_at", .integer(head.created.seconds)),
            ("completed_at", completed), ("status", .string(status.name)), ("background", false),
            ("error", error), ("incomplete_details", details), ("model", .string(head.model)),
            ("previous_response_id", request.previousResponseID.map(JSONValue.string) ?? .null),
            ("instructions", request.instructions.map(JSONValue.string) ?? .null), ("output", .array(output)),
            ("store", .bool(request.stores ?? false)), ("usage", usage),
        ]
        return .object(JSONObject(present: members + echoed))
    }

    /// What the reply repeats of the request, with what stands for a member that was not sent.
    private var echoed: [(String, JSONValue?)] {
        let absent: [String: JSONValue] = [
            "parallel_tool_calls": true, "text": ["format": ["type": "text"]],
            "tool_choice": "auto", "tools": [], "truncation": "disabled", "top_logprobs": 0,
            "service_tier": "default", "metadata": [:], "presence_penalty": 0, "frequency_penalty": 0,
            "reasoning": ["effort": nil, "summary": nil],
        ]
        return Self.echoedNames.map { ($0, request.echoed[$0] ?? absent[$0] ?? .null) }
    }

    private static func usage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .integer(usage.promptTokens),
            "input_tokens_details": ["cached_tokens": .integer(usage.cachedTokens), "cache_write_tokens": 0],
            "output_tokens": .integer(usage.completionTokens),
            "output_tokens_details": ["reasoning_tokens": .integer(usage.reasoningTokens)],
            "total_tokens": .integer(usage.totalTokens),
        ]
    }

    // MARK: Output items

    /// The id of an output item: the reply's own with another prefix and the item's place.
    func itemID(_ prefix: String, _ place: Int) -> String { Self.itemID(prefix, "\(place)", of: head.id) }

    /// The id of an item of a reply, or of its input.
    static func itemID(_ prefix: String, _ place: String, of replyID: String) -> String {
        let base = replyID.hasPrefix("resp_") ? String(replyID.dropFirst("resp_".count)) : replyID
        return "\(prefix)_\(base)_\(place)"
    }

    func reasoning(id: String, text: String?) -> JSONValue {
        let summary: JSONValue = text.map { [["type": "summary_text", "text": .string($0)]] } ?? []
        return .object(
            present: ("id", .string(id)), ("type", "reasoning"), ("summary", summary),
            ("encrypted_content", text.map(JSONValue.string)))
    }

    func message(id: String, content: [JSONValue], status: String) -> JSONValue {
        [
            "id": .string(id), "type": "message", "status": .string(status), "role": "assistant",
            "content": .array(content),
        ]
    }

    func textPart(_ text: String, _ tokens: [TokenLogProbability] = []) -> JSONValue {
        [
            "type": "output_text", "text": .string(text), "annotations": [],
            "logprobs": .array(tokens.map { $0.json(listsAlternatives: true) }),
        ]
    }

    func functionCall(id: String, callID: String, name: String, arguments: String, status: String) -> JSONValue {
        let parts = request.namespacedTools[name]
        return .object(
            present: ("id", .string(id)), ("type", "function_call"), ("status", .string(status)),
            ("call_id", .string(callID)), ("name", .string(parts?.name ?? name)),
            ("namespace", parts.map { .string($0.namespace) }), ("arguments", .string(arguments)))
    }
}

extension OpenAIResponses {
    /// The whole reply.
    /// - Parameter time: when it was done.
    /// - Throws: the error that ended the answer.
    package static func body(
        head: ReplyHead, request: Request, reply: CollectedReply, at time: Timestamp
    ) throws(WireError) -> JSONValue {
        if let error = reply.error { throw error }
        let body = ResponseBody(head: head, request: request)
        let status = ResponseBody.Status.finished(reply.end, time)
        var output: [JSONValue] = []
        if !reply.thinking.isEmpty {
            output.append(body.reasoning(id: body.itemID("rs", output.count), text: reply.thinking))
        }
        if !reply.text.isEmpty || reply.toolCalls.isEmpty {
            let part = body.textPart(reply.text, reply.logProbabilities)
            output.append(
                body.message(id: body.itemID("msg", output.count), content: [part], status: status.name))
        }
        for call in reply.toolCalls {
            output.append(
                body.functionCall(
                    id: body.itemID("fc", output.count), callID: call.id, name: call.name,
                    arguments: call.argumentsText, status: "completed"))
        }
        return body.json(status, output: output)
    }

    /// The answer to `DELETE /v1/responses/{id}`.
    package static func deletedBody(id: String) -> JSONValue {
        ["id": .string(id), "object": "response", "deleted": true]
    }

    /// There is no such stored reply.
    package static func notFound(_ id: String, parameter: String = "previous_response_id") -> WireError {
        WireError(
            .notFound, "response '\(id)' not found", parameter: parameter, code: "previous_response_not_found")
    }
}
