package import JSON

/// The other side of Ollama's interface: what the command line sends to a server and reads from it.
package enum OllamaClient {
    /// The members of a reply.
    /// - Throws: the error that the server answered with, `internal` if the reply is no object.
    static func reply(_ json: JSONValue) throws(WireError) -> RequestObject {
        if let message = json["error"]?.stringValue { throw WireError(.internal, message) }
        do {
            return try RequestObject(json, dialect: .ollama, path: "reply")
        } catch {
            throw WireError(.internal, "the server sent no JSON object: \(error.message)")
        }
    }

    /// The error that a reply with a status other than 200 tells of.
    package static func error(status: Int, body: JSONValue?) -> WireError {
        let kind = WireError.Kind.allCases.first { $0.status == status } ?? .internal
        let message = body?["error"]?.stringValue ?? body?["error"]?["message"]?.stringValue
        return WireError(kind, message ?? "the server answered with status \(status)")
    }

    /// The request of a chat.
    package static func json(_ request: ChatRequest) -> JSONValue {
        var object = shared(request.model, request.options, request.responseFormat, request.thinking)
        object["messages"] = .array(request.messages.map(OllamaChat.json))
        object["tools"] = JSONValue.array(request.tools.map(\.definition)).unless(request.tools.isEmpty)
        object["stream"] = .bool(request.style.streams)
        object["keep_alive"] = request.keepAlive?.json
        object["truncate"] = request.truncates.map(JSONValue.bool)
        object["shift"] = request.shifts.map(JSONValue.bool)
        if let count = request.logProbabilities {
            object["logprobs"] = true
            object["top_logprobs"] = .integer(count)
        }
        return .object(object)
    }

    /// The request of a generation.
    package static func json(_ request: CompletionRequest) -> JSONValue {
        var object = shared(request.model, request.options, request.responseFormat, request.thinking)
        if case .text(let prompt)? = request.prompts.first { object["prompt"] = .string(prompt) }
        object["suffix"] = request.suffix.map(JSONValue.string)
        object["system"] = request.system.map(JSONValue.string)
        object["template"] = request.template.map(JSONValue.string)
        object["context"] = JSONValue.array(request.context.map { .integer($0) }).unless(request.context.isEmpty)
        object["raw"] = JSONValue.bool(true).unless(!request.isRaw)
        object["images"] = OllamaChat.images(request.media)
        object["stream"] = .bool(request.style.streams)
        object["keep_alive"] = request.keepAlive?.json
        object["truncate"] = request.truncates.map(JSONValue.bool)
        object["shift"] = request.shifts.map(JSONValue.bool)
        if let count = request.logProbabilities {
            object["logprobs"] = true
            object["top_logprobs"] = .integer(count)
        }
        return .object(object)
    }

    private static func shared(
        _ model: String, _ options: GenerationOptions, _ format: ResponseFormat, _ thinking: ThinkingChoice
    ) -> JSONObject {
        JSONObject(present: [
            ("model", .string(model)), ("options", options.json.unless(options == GenerationOptions())),
            ("format", json(format)), ("think", json(thinking)),
        ])
    }

    private static func json(_ format: ResponseFormat) -> JSONValue? {
        switch format {
        case .text: return nil
        case .json: return "json"
        case .schema(let schema): return schema
        case .grammar(let grammar): return ["type": "grammar", "grammar": .string(grammar)]
        case .regex(let pattern): return ["type": "regex", "regex": .string(pattern)]
        case .choice(let words): return ["type": "choice", "choice": .array(words.map(JSONValue.string))]
        }
    }

    private static func json(_ thinking: ThinkingChoice) -> JSONValue? {
        switch thinking {
        case .unset: return nil
        case .on: return true
        case .off: return false
        case .level(let level): return .string(level.rawValue)
        }
    }

    /// The events that one line of a stream, or a whole reply, of chat or generate stands for.
    /// - Throws: the error that the line tells of.
    package static func events(_ line: JSONValue) throws(WireError) -> [ReplyEvent] {
        let object = try reply(line)
        let message = try object.object("message") ?? object
        var events: [ReplyEvent] = []
        let tokens = try logProbabilities(object.objects("logprobs") ?? [])
        if !tokens.isEmpty { events.append(.logProbabilities(tokens)) }
        if let thinking = try message.nonEmptyString("thinking") { events.append(.thinking(thinking)) }
        let text = try message.string(anyOf: ["content", "response"]) ?? ""
        if !text.isEmpty { events.append(.text(text)) }
        for (position, element) in try (message.objects("tool_calls") ?? []).enumerated() {
            let index = try element.object("function")?.int("index") ?? position
            events.append(.toolCall(index: index, try OllamaChat.toolCall(element)))
        }
        if try object.bool("done") == true { events.append(.finished(try summary(object))) }
        return events
    }

    private static func summary(_ object: RequestObject) throws(WireError) -> ReplySummary {
        var summary = ReplySummary(
            reason: OllamaReply.finishReason(doneReason: try object.string("done_reason") ?? "stop"),
            usage: Usage(
                promptTokens: try object.int("prompt_eval_count") ?? 0,
                completionTokens: try object.int("eval_count") ?? 0),
            durations: ReplyDurations(
                total: Int64(try object.int("total_duration") ?? 0), load: Int64(try object.int("load_duration") ?? 0),
                prompt: Int64(try object.int("prompt_eval_duration") ?? 0),
                completion: Int64(try object.int("eval_duration") ?? 0)),
            context: try object.tokens("context") ?? [])
        summary.usage.cachedTokens = try object.int("prompt_cached_count") ?? 0
        summary.usage.truncatedTokens = try object.int("prompt_truncated_count") ?? 0
        return summary
    }

    private static func logProbabilities(_ objects: [RequestObject]) throws(WireError) -> [TokenLogProbability] {
        var tokens: [TokenLogProbability] = []
        for object in objects {
            let bytes = (try object.array("bytes") ?? []).compactMap { $0.intValue.flatMap { UInt8(exactly: $0) } }
            tokens.append(
                TokenLogProbability(
                    token: try object.string("token") ?? "", bytes: bytes,
                    logProbability: try object.float("logprob") ?? 0,
                    alternatives: try logProbabilities(object.objects("top_logprobs") ?? [])))
        }
        return tokens
    }
}

extension OllamaChat {
    /// A message as Ollama's requests and stored models have it.
    package static func json(_ message: Message) -> JSONValue {
        let calls = message.toolCalls.enumerated().map { OllamaReply.toolCall($0.element, index: $0.offset) }
        return .object(
            present: ("role", .string(message.role.name)), ("content", .string(message.text)),
            ("thinking", message.thinking.map(JSONValue.string)), ("images", images(message.media)),
            ("tool_calls", .array(calls).unless(calls.isEmpty)),
            ("tool_name", message.toolName.map(JSONValue.string)),
            ("tool_call_id", message.toolCallID.map(JSONValue.string)))
    }

    static func images(_ media: [Media]) -> JSONValue? {
        JSONValue.array(media.map { .string(Base64.encode($0.bytes)) }).unless(media.isEmpty)
    }
}

extension RequestObject {
    /// A moment; the year 1 where none was sent, as Go writes it.
    func time(_ name: String) throws(WireError) -> Timestamp {
        guard let text = try string(name) else { return Timestamp(seconds: -62_135_596_800) }
        guard let time = Timestamp(rfc3339: text) else { throw mismatch(name, expected: "RFC 3339 time") }
        return time
    }
}
