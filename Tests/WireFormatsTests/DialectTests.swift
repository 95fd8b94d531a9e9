import JSON
import Testing
import WireFormats

@Suite struct OllamaRoundTrips {
    /// What the server's encoders write, the client reads as the same events.
    @Test(arguments: [SampleReply.events, SampleReply.twoCalls, SampleReply.cutOff])
    func eventsComeBack(events: [ReplyEvent]) throws {
        let expected = events.filter { event in
            switch event {
            case .started, .toolCallBegan, .toolCallArguments: false
            default: true
            }
        }
        for encoder in [OllamaChat.streamEncoder(head: sampleHead), OllamaGenerate.streamEncoder(head: sampleHead)] {
            var found: [ReplyEvent] = []
            for line in stream(encoder, events) { found += try OllamaClient.events(try JSONParser.parse(line)) }
            #expect(found.map(Self.withoutReasoning) == expected.map(Self.withoutReasoning))
        }
    }

    /// Ollama's statistics do not tell thinking from answering.
    private static func withoutReasoning(_ event: ReplyEvent) -> ReplyEvent {
        guard case .finished(var summary) = event else { return event }
        summary.usage.reasoningTokens = 0
        return .finished(summary)
    }

    @Test func requestsComeBack() throws {
        var chat = ChatRequest(
            model: "m",
            messages: [
                Message(role: .user, content: [.text("hi"), .media(Media(bytes: [1, 2, 3]))]),
                Message(role: .assistant, content: [.text("a")], thinking: "t", toolCalls: [SampleReply.call]),
            ], style: ReplyStyle(streams: false))
        chat.tools = [Tool(name: "f", description: "d", parameters: ["type": "object"])]
        chat.options.temperature = 0.25
        chat.responseFormat = .regex("a+")
        chat.thinking = .level(.max)
        chat.keepAlive = .duration(.milliseconds(1500))
        chat.logProbabilities = 3
        #expect(try OllamaChat.decode(OllamaClient.json(chat)) == chat)
        var completion = CompletionRequest(model: "m", prompts: [.text("p")], style: ReplyStyle(streams: true))
        completion.suffix = "s"
        completion.context = [1, 2]
        completion.responseFormat = .choice(["a"])
        completion.thinking = .off
        completion.keepAlive = .forever
        #expect(try OllamaGenerate.decode(OllamaClient.json(completion)) == completion)
        var create = OllamaCreateRequest(model: "m")
        create.files = [("b.gguf", "sha256:1"), ("a.gguf", "sha256:2")]
        create.messages = []
        create.parameters["stop"] = ["x"]
        #expect(try OllamaCreateRequest(create.json) == create)
    }

    @Test func serverErrorsAreThrown() {
        let error = wireError { () throws(WireError) in try OllamaTags.decode(["error": "no"]) }
        #expect(error == WireError(.internal, "no"))
        #expect(OllamaClient.error(status: 404, body: ["error": "gone"]) == WireError(.notFound, "gone"))
        #expect(OllamaClient.error(status: 502, body: nil).message == "the server answered with status 502")
    }

    @Test(arguments: ["/etc/x", "../x", "a/../../b", ""])
    func filesStayInside(path: String) {
        var files = JSONObject()
        files[path] = "sha256:1"
        let request: JSONValue = ["model": "m", "files": .object(files)]
        let error = wireError { () throws(WireError) in try OllamaCreateRequest(request) }
        #expect(error?.message == "file path must be relative")
    }
}

@Suite struct OtherRequests {
    private func refusal(_ text: String, by name: String) throws -> WireError? {
        let endpoint = try #require(Endpoint.all.first { $0.name == name })
        let json = try JSONParser.parse(text)
        return wireError { () throws(WireError) in try endpoint.decode(json) }
    }

    @Test(arguments: [
        (
            "ollama generate", #"{"model":"m","raw":true,"system":"s"}"#,
            "raw mode does not support template, system, or context"
        ),
        ("ollama embed", #"{"model":"m","input":[1]}"#, "invalid input type"),
        ("openai completions", #"{"model":"m"}"#, "prompt is required"),
        ("openai completions", #"{"model":"m","prompt":[]}"#, "prompt is empty"),
        ("openai completions", #"{"model":"m","prompt":"x","n":3,"best_of":2}"#, "best_of must be at least n"),
        (
            "openai completions", #"{"model":"m","prompt":[1,-1]}"#,
            "invalid type for 'prompt': expected string, array of strings, array of token ids or array of such arrays,"
                + " found array"
        ),
        ("openai embeddings", #"{"model":"m","input":""}"#, "invalid input: empty"),
        ("openai embeddings", #"{"model":"m","input":[]}"#, "invalid input"),
        (
            "openai embeddings", #"{"model":"m","input":"x","encoding_format":"hex"}"#,
            "invalid encoding format 'hex': must be float or base64"
        ),
        ("openai responses", #"{"model":"m"}"#, "input is required"),
        (
            "openai responses", #"{"model":"m","input":"x","background":true}"#,
            "background responses are not supported"
        ),
        (
            "openai responses", #"{"model":"m","input":[{"type":"input_file"}]}"#,
            "input items of type 'input_file' are not supported"
        ),
        ("rerank", #"{"model":"m","query":"q","documents":[]}"#, "documents must not be empty"),
        ("anthropic messages", #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#, "max_tokens is required"),
        ("anthropic messages", #"{"model":"m","max_tokens":0,"messages":[]}"#, "max_tokens must be greater than 0"),
        ("anthropic messages", #"{"model":"m","max_tokens":1,"messages":[]}"#, "messages must not be empty"),
        (
            "anthropic messages", #"{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}"#,
            "messages[0].role must be user or assistant"
        ),
        (
            "anthropic messages",
            #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url"}}]}]}"#,
            "image sources of type 'url' are not supported"
        ),
        ("llama tokenize", #"{}"#, "content is required"),
    ])
    func whatIsWrongIsNamed(endpoint: String, body: String, message: String) throws {
        #expect(try refusal(body, by: endpoint)?.message == message)
    }

    @Test func tooMuchIsRefused() throws {
        let prompts = JSONValue.array(Array(repeating: "x", count: 20))
        let error = wireError { () throws(WireError) in
            try OpenAICompletions.decode(["model": "m", "prompt": prompts, "n": 128])
        }
        #expect(error?.message == "the request asks for 2560 answers, at most 2048 are allowed")
    }

    @Test func namespacedToolsKeepTheirParts() throws {
        let request = try OpenAIResponses.decode([
            "model": "m", "input": "x",
            "tools": [["type": "namespace", "name": "crm", "tools": [["type": "function", "name": "find"]]]],
        ])
        #expect(request.chat.tools.map(\.name) == ["crm.find"])
        var reply = CollectedReply()
        reply.append(.toolCall(index: 0, ToolCall(id: "c", name: "crm.find", arguments: JSONObject())))
        let body = try OpenAIResponses.body(
            head: sampleHead, request: request, reply: reply, at: Timestamp(seconds: 0))
        let item = body["output"]?.arrayValue?.first
        #expect(item?["name"] == "find" && item?["namespace"] == "crm")
    }

    @Test func serverToolsAreDropped() throws {
        let request = try AnthropicMessages.decode([
            "model": "m", "max_tokens": 1, "messages": [["role": "user", "content": "x"]],
            "tools": [["type": "web_search_20250305", "name": "web_search"]],
        ])
        #expect(request.tools.isEmpty && request.droppedTools == ["web_search_20250305"])
    }

    @Test func toolResultsComeBeforeTheText() throws {
        let results: JSONValue = [
            ["type": "text", "text": "and now?"], ["type": "tool_result", "tool_use_id": "c", "content": "3"],
        ]
        let request = try AnthropicMessages.decode([
            "model": "m", "max_tokens": 1,
            "messages": [
                ["role": "assistant", "content": [["type": "tool_use", "id": "c", "name": "f", "input": [:]]]],
                ["role": "user", "content": results],
            ],
        ])
        #expect(request.messages.map(\.role) == [.assistant, .tool, .user])
        #expect(request.messages[1].toolName == "f" && request.messages[2].text == "and now?")
    }

    @Test func thinkingEffort() throws {
        func thinking(_ extra: (String, JSONValue)...) throws -> ThinkingChoice {
            var object = JSONObject()
            object["model"] = "m"
            object["max_tokens"] = 1
            object["messages"] = [["role": "user", "content": "x"]]
            for (name, value) in extra { object[name] = value }
            return try AnthropicMessages.decode(.object(object)).thinking
        }
        #expect(try thinking() == .unset)
        #expect(try thinking(("output_config", ["effort": "xhigh"])) == .level(.high))
        #expect(try thinking(("thinking", ["type": "disabled"]), ("output_config", ["effort": "low"])) == .off)
    }
}

@Suite struct BrokenCalls {
    private let events: [ReplyEvent] = [
        .toolCallBegan(index: 0, id: "c", name: "f"), .toolCallArguments(index: 0, "{\"a\":"), .text("{\"a\":"),
        .finished(ReplySummary(reason: .endOfText)),
    ]

    @Test func areNoReasonToStop() {
        let openAI = stream(OpenAIChatStreamEncoder(head: sampleHead, style: ReplyStyle(streams: true)), events)
        #expect(openAI.contains { $0.contains(#""finish_reason":"stop""#) })
        let anthropic = stream(AnthropicStreamEncoder(head: sampleHead), events)
        #expect(anthropic.contains { $0.contains(#""stop_reason":"end_turn""#) })
    }

    @Test func areIncompleteItems() throws {
        let encoder = OpenAIResponseStreamEncoder(head: sampleHead, request: SampleReply.responsesRequest)
        let last = try #require(stream(encoder, events).last?.split(separator: ": ", maxSplits: 1).last)
        let output = try JSONParser.parse(String(last))["response"]?["output"]?.arrayValue
        #expect(output?.map { $0["status"] } == ["incomplete", "completed"])
    }
}

@Suite struct Counting {
    @Test func promptsCountOnceAndAnswersEach() throws {
        var reply = CollectedReply()
        reply.append(
            .finished(ReplySummary(reason: .length, usage: Usage(promptTokens: 10, completionTokens: 3))))
        let body = try OpenAICompletions.body(
            head: sampleHead, replies: Array(repeating: reply, count: 4), answersPerPrompt: 2)
        #expect(body["usage"]?["prompt_tokens"] == 20 && body["usage"]?["completion_tokens"] == 12)
    }

    @Test func rerankSortsAndKeepsTies() throws {
        let request = try Rerank.decode(["model": "m", "query": "q", "documents": ["a", "b", "c", "d"]])
        let body = Rerank.body(
            head: sampleHead, request: request, scores: [0.5, .infinity, 0.5, 0.75], promptTokens: 1)
        #expect(body["results"]?.arrayValue?.compactMap { $0["index"]?.intValue } == [3, 0, 2, 1])
    }

    @Test func statusOfEveryKind() {
        let statuses = WireError.Kind.allCases.map(\.status)
        #expect(Set(statuses).isSubset(of: [400, 401, 403, 404, 409, 413, 429, 500, 503]))
        for dialect in Dialect.allCases {
            for kind in WireError.Kind.allCases {
                #expect("\(dialect.errorBody(WireError(kind, "text")))".contains("text"))
            }
        }
    }
}
