package import JSON

/// llama-server's own `POST /completion`.
package enum LlamaServerCompletion {
    /// Reads a request; the model may be left out.
    package static func decode(_ json: JSONValue) throws(WireError) -> CompletionRequest {
        let object = try RequestObject(json, dialect: .llamaServer)
        let prompts = try OpenAICompletions.prompts(of: object, named: "prompt")
        var request = CompletionRequest(
            model: try object.string("model") ?? "", prompts: prompts,
            style: ReplyStyle(streams: try object.bool("stream") ?? false))
        request.isRaw = true
        for image in try object.objects("image_data") ?? [] {
            guard let bytes = Base64.decode(try image.required("data")) else {
                throw image.error("data", "\(image.path("data")) is not base64")
            }
            request.media.append(Media(bytes: bytes))
        }
        request.options = try OpenAIFields.options(of: object)
        if let schema = try object.schema("json_schema") {
            request.responseFormat = .schema(schema)
        } else {
            request.responseFormat = try OpenAIFields.format(of: object)
        }
        request.logProbabilities = try object.int("n_probs", in: 0...WireLimits.alternativeCount).flatMap {
            $0 == 0 ? nil : $0
        }
        request.choiceCount = try object.int("n_cmpl", in: 1...WireLimits.choiceCount) ?? 1
        request.keepAlive = try object.keepAlive()
        let answerCount = prompts.count * request.choiceCount
        guard answerCount <= WireLimits.answerCount else {
            throw object.error("prompt", "at most \(WireLimits.answerCount) answers are allowed, not \(answerCount)")
        }
        guard answerCount == 1 || !request.style.streams else {
            throw object.error("prompt", "several answers cannot be streamed", kind: .unsupported)
        }
        return request
    }

    /// The whole reply: one object, or an array of them if there are several answers.
    /// - Throws: the error that ended one of the answers.
    package static func body(head: ReplyHead, replies: [CollectedReply]) throws(WireError) -> JSONValue {
        var bodies: [JSONValue] = []
        for (index, reply) in replies.enumerated() {
            if let error = reply.error { throw error }
            bodies.append(last(head, reply.end, index: index, text: reply.text, tokens: reply.logProbabilities))
        }
        return bodies.count == 1 ? bodies[0] : .array(bodies)
    }

    static func last(
        _ head: ReplyHead, _ summary: ReplySummary, index: Int, text: String, tokens: [TokenLogProbability]
    ) -> JSONValue {
        var stoppingWord = ""
        let stopType: String
        switch summary.reason {
        case .stopSequence(let word): (stopType, stoppingWord) = ("word", word)
        case .length: stopType = "limit"
        case .cancelled: stopType = "none"
        case .endOfText, .loaded, .unloaded: stopType = "eos"
        }
        return .object(
            present: ("index", .integer(index)), ("content", .string(text)), ("tokens", []), ("id_slot", 0),
            ("stop", true), ("model", .string(head.model)),
            ("tokens_predicted", .integer(summary.usage.completionTokens)),
            ("tokens_evaluated", .integer(summary.usage.promptTokens)),
            ("tokens_cached", .integer(summary.usage.cachedTokens)),
            ("truncated", .bool(summary.usage.truncatedTokens > 0)), ("stop_type", .string(stopType)),
            ("stopping_word", .string(stoppingWord)),
            ("completion_probabilities", probabilities(tokens)), ("timings", timings(summary)))
    }

    static func probabilities(_ tokens: [TokenLogProbability]) -> JSONValue? {
        JSONValue.array(
            tokens.map { token in
                var object = token.json(listsAlternatives: false).objectValue ?? JSONObject()
                object["id"] = token.id.map { .integer($0) }
                object["top_logprobs"] = probabilities(token.alternatives) ?? []
                return .object(object)
            }
        ).unless(tokens.isEmpty)
    }

    /// Times in milliseconds, and tokens a second.
    private static func timings(_ summary: ReplySummary) -> JSONValue {
        let (usage, durations) = (summary.usage, summary.durations)
        let promptCount = max(0, usage.promptTokens - usage.cachedTokens)
        func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }
        func rate(_ count: Int, _ nanoseconds: Int64) -> Double {
            nanoseconds > 0 ? Double(count) * 1e9 / Double(nanoseconds) : 0
        }
        return [
            "cache_n": .integer(usage.cachedTokens), "prompt_n": .integer(promptCount),
            "prompt_ms": .double(milliseconds(durations.prompt)),
            "prompt_per_second": .double(rate(promptCount, durations.prompt)),
            "predicted_n": .integer(usage.completionTokens),
            "predicted_ms": .double(milliseconds(durations.completion)),
            "predicted_per_second": .double(rate(usage.completionTokens, durations.completion)),
        ]
    }
}

/// The stream of a completion, as server-sent events without an end mark.
package struct LlamaServerStreamEncoder: ReplyEncoder {
    private let head: ReplyHead
    private var waitingLogProbabilities: [TokenLogProbability] = []
    private var hasEnded = false

    package init(head: ReplyHead) { self.head = head }

    package mutating func encode(_ event: ReplyEvent, choice: Int, at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded, choice == 0 else { return [] }
        switch event {
        case .started, .thinking, .toolCallBegan, .toolCallArguments, .toolCall: return []
        case .logProbabilities(let tokens):
            waitingLogProbabilities += tokens
            return []
        case .text(let text):
            let probabilities = LlamaServerCompletion.probabilities(waitingLogProbabilities)
            waitingLogProbabilities = []
            return [
                StreamChunk(
                    .object(
                        present: ("index", 0), ("content", .string(text)), ("tokens", []), ("stop", false),
                        ("id_slot", 0), ("completion_probabilities", probabilities)))
            ]
        case .finished(let summary):
            hasEnded = true
            let tokens = waitingLogProbabilities
            return [StreamChunk(LlamaServerCompletion.last(head, summary, index: 0, text: "", tokens: tokens))]
        case .failed(let error):
            hasEnded = true
            return [StreamChunk(LlamaServerError.body(error))]
        }
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] { [] }
}
