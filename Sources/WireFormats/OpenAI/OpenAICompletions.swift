package import JSON

/// `POST /v1/completions`: texts to continue, without a conversation.
package enum OpenAICompletions {
    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> CompletionRequest {
        let object = try RequestObject(json, dialect: .openAI)
        var request = CompletionRequest(
            model: try object.required("model"), prompts: try prompts(of: object, named: "prompt"),
            style: try OpenAIFields.style(of: object))
        request.suffix = try object.nonEmptyString("suffix")
        request.options = try OpenAIFields.options(of: object)
        request.responseFormat = try OpenAIFields.format(of: object)
        request.thinking = try OpenAIFields.thinking(of: object)
        request.keepAlive = try object.keepAlive()
        request.logProbabilities = try object.int("logprobs", in: 0...WireLimits.alternativeCount)
        request.choiceCount = try object.int("n", in: 1...WireLimits.choiceCount) ?? 1
        request.bestOf = try object.int("best_of", in: 1...WireLimits.choiceCount)
        request.echoesPrompt = try object.bool("echo") ?? false
        request.scoresPrompt = request.echoesPrompt && request.logProbabilities != nil && request.suffix == nil
        request.truncates = try object.bool("truncate")
        request.shifts = try object.bool("shift")
        request.rendersOnly = try object.bool("_debug_render_only") ?? false
        try check(request, object)
        return request
    }

    private static func check(_ request: CompletionRequest, _ object: RequestObject) throws(WireError) {
        if let bestOf = request.bestOf {
            guard bestOf >= request.choiceCount else {
                throw object.error("best_of", "best_of must be at least n")
            }
            guard bestOf == request.choiceCount || !request.style.streams else {
                throw object.error("best_of", "best_of cannot be streamed: the best are known at the end only")
            }
        }
        let answerCount = request.prompts.count * (request.bestOf ?? request.choiceCount)
        guard answerCount <= WireLimits.answerCount else {
            throw object.error(
                "prompt", "the request asks for \(answerCount) answers, at most \(WireLimits.answerCount) are allowed")
        }
    }

    /// A text, several, a list of tokens, or several.
    /// - Returns: at least one prompt.
    static func prompts(of object: RequestObject, named name: String) throws(WireError) -> [Prompt] {
        let expected = "string, array of strings, array of token ids or array of such arrays"
        guard let value = object.value(name) else { throw object.missing(name) }
        if let text = value.stringValue { return [.text(text)] }
        guard let elements = value.arrayValue else { throw object.mismatch(name, expected: expected) }
        guard let first = elements.first else { throw object.error(name, "\(object.path(name)) is empty") }
        if first.numberValue != nil {
            guard let tokens = elements.tokenIDs else { throw object.mismatch(name, expected: expected) }
            return [.tokens(tokens)]
        }
        var prompts: [Prompt] = []
        prompts.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let text = element.stringValue {
                prompts.append(.text(text))
            } else if let tokens = element.arrayValue?.tokenIDs {
                prompts.append(.tokens(tokens))
            } else {
                throw object.mismatch("\(name)[\(index)]", expected: "string or array of token ids", found: element)
            }
        }
        return prompts
    }

    /// The whole reply: the answers to the first prompt, then those to the second, …
    /// - Throws: the error that ended one of the answers.
    package static func body(
        head: ReplyHead, replies: [CollectedReply], answersPerPrompt: Int = 1
    ) throws(WireError) -> JSONValue {
        var usage = UsageTally(answersPerPrompt: answersPerPrompt)
        var choices: [JSONValue] = []
        for (index, reply) in replies.enumerated() {
            if let error = reply.error { throw error }
            usage.add(reply.end.usage, choice: index)
            var logProbabilities = LegacyLogProbabilities()
            let listed = reply.logProbabilities.isEmpty ? .null : logProbabilities.json(reply.logProbabilities)
            let reason = OpenAIChat.finishReason(reply.end.reason, hasToolCalls: false)
            choices.append(
                choice(index, text: reply.text, logProbabilities: listed, finishReason: .string(reason)))
        }
        let members = OpenAIChat.opening(head, object: "text_completion")
        return .object(
            JSONObject(present: members + [("choices", .array(choices)), ("usage", OpenAIUsage.json(usage.total))]))
    }

    /// The answer to `_debug_render_only`.
    package static func debugBody(head: ReplyHead, prompt: String, mediaCount: Int) -> JSONValue {
        let debug = OllamaReply.renderedPrompt(prompt, mediaCount: mediaCount)
        let members = OpenAIChat.opening(head, object: "text_completion")
        return .object(JSONObject(present: members + [("choices", []), ("_debug_info", debug)]))
    }

    static func choice(
        _ index: Int, text: String, logProbabilities: JSONValue, finishReason: JSONValue
    ) -> JSONValue {
        [
            "text": .string(text), "index": .integer(index), "logprobs": logProbabilities,
            "finish_reason": finishReason,
        ]
    }
}

/// Log probabilities as completions list them: by column, with each token's place in the text.
struct LegacyLogProbabilities: Sendable {
    /// Characters before the next token.
    private var textOffset = 0

    /// The columns of some tokens that follow those of earlier calls.
    mutating func json(_ tokens: [TokenLogProbability]) -> JSONValue {
        var offsets: [JSONValue] = []
        for token in tokens {
            offsets.append(.integer(textOffset))
            textOffset += token.token.unicodeScalars.count
        }
        return [
            "tokens": .array(tokens.map { .string($0.token) }),
            "token_logprobs": .array(tokens.map(\.number)),
            "top_logprobs": .array(
                tokens.map { token in
                    guard token.logProbability != nil else { return .null }
                    return .object(JSONObject(token.alternatives.lazy.map { (key: $0.token, value: $0.number) }))
                }),
            "text_offset": .array(offsets),
        ]
    }
}

/// Token counts of a request with several prompts and several answers to each.
struct UsageTally: Sendable {
    private let answersPerPrompt: Int
    private var usages: [Int: Usage] = [:]

    init(answersPerPrompt: Int) { self.answersPerPrompt = max(1, answersPerPrompt) }

    mutating func add(_ usage: Usage, choice: Int) {
        usages[choice / answersPerPrompt, default: Usage()].addAnswer(usage)
    }

    var total: Usage {
        usages.values.reduce(into: Usage()) { total, usage in total.addPrompt(usage) }
    }
}

/// The stream of a completion.
package struct OpenAICompletionStreamEncoder: ReplyEncoder {
    private struct Choice {
        var hasEnded = false
        var waitingLogProbabilities: [TokenLogProbability] = []
        var logProbabilities = LegacyLogProbabilities()
    }

    private let head: ReplyHead
    private let includesUsage: Bool
    private var choices: [Int: Choice] = [:]
    private var usage: UsageTally
    private var hasEnded = false

    package init(head: ReplyHead, style: ReplyStyle, answersPerPrompt: Int = 1) {
        self.head = head
        includesUsage = style.includesUsage
        usage = UsageTally(answersPerPrompt: answersPerPrompt)
    }

    package mutating func encode(_ event: ReplyEvent, choice index: Int, at time: Timestamp) -> [StreamChunk] {
        var choice = choices[index] ?? Choice()
        guard !hasEnded, !choice.hasEnded else { return [] }
        defer { choices[index] = choice }
        switch event {
        case .started, .thinking, .toolCallBegan, .toolCallArguments, .toolCall: return []
        case .logProbabilities(let tokens):
            choice.waitingLogProbabilities += tokens
            return []
        case .text(let text): return [chunk(&choice, index, text: text, finishReason: .null)]
        case .finished(let summary):
            choice.hasEnded = true
            usage.add(summary.usage, choice: index)
            let reason = OpenAIChat.finishReason(summary.reason, hasToolCalls: false)
            return [chunk(&choice, index, text: "", finishReason: .string(reason))]
        case .failed(let error):
            hasEnded = true
            return [StreamChunk(OpenAIError.body(error))]
        }
    }

    package mutating func finish(at time: Timestamp) -> [StreamChunk] {
        guard !hasEnded else { return [] }
        hasEnded = true
        guard includesUsage else { return [.done] }
        let members = OpenAIChat.opening(head, object: "text_completion")
        let last = JSONObject(present: members + [("choices", []), ("usage", OpenAIUsage.json(usage.total))])
        return [StreamChunk(.object(last)), .done]
    }

    private func chunk(_ choice: inout Choice, _ index: Int, text: String, finishReason: JSONValue) -> StreamChunk {
        let tokens = choice.waitingLogProbabilities
        choice.waitingLogProbabilities = []
        let listed = tokens.isEmpty ? .null : choice.logProbabilities.json(tokens)
        let part = OpenAICompletions.choice(index, text: text, logProbabilities: listed, finishReason: finishReason)
        let members = OpenAIChat.opening(head, object: "text_completion")
        return StreamChunk(.object(JSONObject(present: members + [("choices", [part])])))
    }
}
