import JSON
import Testing

import WireFormats

/// What a request's decoder says of bad input.
func wireError<Value>(_ body: () throws(WireError) -> Value) -> WireError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

@Suite struct OllamaChatDecoding {
    @Test func everyFieldIsRead() throws {
        let request = try OllamaChat.decode(
            try JSONParser.parse(
                #"""
                {"model":"qwen3","stream":false,"think":"HIGH","format":"json","keep_alive":"1m30s","truncate":false,
                "shift":true,"logprobs":true,"top_logprobs":3,"_debug_render_only":true,
                "options":{"temperature":0.5,"NUM_CTX":4096.0,"stop":["a",""],"num_predict":-1,"mystery":1},
                "messages":[{"role":"System","content":"be brief"},
                {"role":"user","content":"hi","images":["AAEC"]},
                {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"id":"call_1","function":
                {"name":"f","arguments":{"z":1,"a":[1.10]}}}]},
                {"role":"tool","content":"3","tool_name":"f","tool_call_id":"call_1"}],
                "tools":[{"type":"function","function":{"name":"f","description":"d",
                "parameters":{"type":"object","properties":{"z":{"type":"integer"},"a":{"type":"array"}}}}}]}
                """#))
        #expect(request.model == "qwen3")
        #expect(request.style == ReplyStyle(streams: false))
        #expect(request.thinking == .level(.high))
        #expect(request.responseFormat == .json)
        #expect(request.keepAlive == .duration(.seconds(90)))
        #expect(request.truncates == false && request.shifts == true && request.rendersOnly)
        #expect(request.logProbabilities == 3)
        #expect(request.options.temperature == 0.5 && request.options.contextLength == 4096)
        #expect(request.options.stop == ["a"] && request.options.maximumTokens == -1)
        #expect(request.options.unknownNames == ["mystery"])
        #expect(request.options.topK == nil, "what was not sent stays open")
        #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(request.messages[1].media == [Media(bytes: [0, 1, 2])])
        #expect(request.messages[2].thinking == "hm")
        #expect(request.messages[2].toolCalls[0].argumentsText == #"{"z":1,"a":[1.10]}"#)
        #expect(request.messages[3].toolName == "f" && request.messages[3].toolCallID == "call_1")
        #expect(request.tools[0].definition["function"]?["parameters"]?["properties"]?.objectValue?.keys == ["z", "a"])
    }

    @Test func absentFieldsKeepTheirDefaults() throws {
        let request = try OllamaChat.decode(["Model": "m", "options": nil, "unknown": [1]])
        #expect(request == ChatRequest(model: "m", messages: [], style: ReplyStyle(streams: true)))
    }

    @Test(arguments: [
        (#"[]"#, "json: cannot unmarshal array into field request of type object"),
        (#"{"model":1}"#, "json: cannot unmarshal number into field model of type string"),
        (#"{"model":"m","think":"very"}"#, #"think must be true, false, "high", "medium", "low" or "max""#),
        (#"{"model":"m","top_logprobs":21}"#, "top_logprobs must be between 0 and 20"),
        (#"{"model":"m","options":{"top_k":"x"}}"#, #"option "top_k" must be of type integer"#),
        (#"{"model":"m","options":{"temperature":1e99}}"#, #"option "temperature" must be of type float32"#),
        (#"{"model":"m","format":1}"#, #"invalid format: 1; expected "json" or a JSON Schema object"#),
        (#"{"model":"m","keep_alive":"soon"}"#, #"time: invalid duration "soon""#),
        (#"{"model":"m","messages":[{"role":"user","images":["*"]}]}"#, "illegal base64 data in messages[0].images[0]"),
        (#"{"model":"m","messages":{}}"#, "json: cannot unmarshal object into field messages of type array"),
        (#"{"model":"m","tools":[{"type":"function"}]}"#, "tools[0].function is required"),
        (#"{"model":"m","tool_choice":"required"}"#, "tool_choice requires a call, but no tools were sent"),
    ])
    func whatIsWrongIsNamed(body: String, message: String) throws {
        let error = wireError { () throws(WireError) in try OllamaChat.decode(RequestBody.parse(Array(body.utf8))) }
        #expect(error?.message == message)
        #expect(error?.kind.status == 400)
    }

    @Test func emptyBodyIsNamed() {
        let error = wireError { () throws(WireError) in try RequestBody.parse([]) }
        #expect(error == WireError(.invalid, "missing request body"))
    }

    @Test func formatsBeyondJSON() throws {
        func format(_ value: JSONValue) throws -> ResponseFormat {
            try OllamaChat.decode(["model": "m", "format": value]).responseFormat
        }
        #expect(try format("") == .text)
        #expect(try format(["type": "object"]) == .schema(["type": "object"]))
        #expect(try format(["type": "grammar", "grammar": "root ::= \"a\""]) == .grammar("root ::= \"a\""))
        #expect(try format(["type": "regex", "regex": "a+"]) == .regex("a+"))
        #expect(try format(["type": "choice", "choice": ["yes", "no"]]) == .choice(["yes", "no"]))
        #expect(try OllamaChat.decode(["model": "m", "grammar": "g"]).responseFormat == .grammar("g"))
    }
}

@Suite struct OpenAIChatDecoding {
    @Test func everyFieldIsRead() throws {
        let request = try OpenAIChat.decode(
            try JSONParser.parse(
                #"""
                {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,
                "max_completion_tokens":7,"temperature":0,"top_p":0.5,"seed":3,"stop":"END","n":2,
                "frequency_penalty":0.1,"presence_penalty":0.2,"logit_bias":{"15":-100,"7":2.5},"logprobs":true,
                "reasoning_effort":"xhigh","parallel_tool_calls":false,"tool_choice":{"type":"function","function":
                {"name":"g"}},"options":{"num_ctx":99,"temperature":1},"keep_alive":-1,"min_p":0.05,"top_k":9,
                "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},
                "chat_template_kwargs":{"enable_thinking":false},
                "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
                "messages":[{"role":"developer","content":"d"},
                {"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":
                {"url":"data:image/png;base64,AAEC"}},{"type":"text","text":"b"}]},
                {"role":"assistant","content":null,"reasoning":"r","tool_calls":[{"id":"c1","type":"function",
                "function":{"name":"f","arguments":"{\"b\":1,\"a\":2}"}}]},
                {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"ok"}]}]}
                """#))
        #expect(request.style == ReplyStyle(streams: true, includesUsage: true))
        #expect(request.options.maximumTokens == 7 && request.options.contextLength == 99)
        #expect(request.options.temperature == 0, "the field wins over the options object")
        #expect(request.options.topK == 9 && request.options.minP == 0.05 && request.options.seed == 3)
        #expect(request.options.stop == ["END"] && request.options.logitBias == [15: -100, 7: 2.5])
        #expect(request.choiceCount == 2 && request.logProbabilities == 0)
        #expect(request.thinking == .level(.max))
        #expect(request.toolChoice == .named("g") && request.allowsParallelToolCalls == false)
        #expect(request.keepAlive == .forever)
        #expect(request.responseFormat == .schema(["type": "object"]))
        #expect(request.templateArguments["enable_thinking"] == false)
        #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(request.messages[1].text == "ab" && request.messages[1].media[0].mediaType == "image/png")
        #expect(request.messages[2].thinking == "r")
        #expect(request.messages[2].toolCalls[0].argumentsText == #"{"b":1,"a":2}"#)
        #expect(request.messages[3].toolName == "f" && request.messages[3].text == "ok")
    }

    @Test func nothingSentMeansNothingSet() throws {
        let request = try OpenAIChat.decode(["model": "m", "messages": [["role": "user", "content": "x"]]])
        #expect(request.options == GenerationOptions())
        #expect(request.style == ReplyStyle(streams: false, includesUsage: false))
        #expect(request.logProbabilities == nil && request.thinking == .unset && request.keepAlive == nil)
    }

    @Test func brokenCallsInTheHistoryAreKept() throws {
        let call: JSONValue = ["id": "c", "function": ["name": "f", "arguments": "{oops"]]
        let request = try OpenAIChat.decode(
            ["model": "m", "messages": [["role": "assistant", "tool_calls": [call]]]])
        #expect(request.messages[0].toolCalls[0].arguments == JSONObject([(key: "arguments", value: "{oops")]))
    }

    @Test func allowedToolsDropTheOthers() throws {
        let tools: JSONValue = [
            ["type": "function", "function": ["name": "f"]], ["type": "function", "function": ["name": "g"]],
        ]
        let request = try OpenAIChat.decode([
            "model": "m", "messages": [["role": "user", "content": "x"]], "tools": tools,
            "tool_choice": [
                "type": "allowed_tools",
                "allowed_tools": ["mode": "required", "tools": [["type": "function", "function": ["name": "g"]]]],
            ],
        ])
        #expect(request.tools.map(\.name) == ["g"] && request.toolChoice == .required)
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user","content":"x"}]}"#, "model is required"),
        (#"{"model":"m","messages":[]}"#, "[] is too short - 'messages'"),
        (#"{"model":"m"}"#, "[] is too short - 'messages'"),
        (#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content is required"),
        (
            #"{"model":"m","messages":[{"role":"user","content":7}]}"#,
            "invalid type for 'messages[0].content': expected string or array of parts, found number"
        ),
        (#"{"model":"m","n":129,"messages":[{"role":"user","content":"x"}]}"#, "n must be between 1 and 128"),
        (
            #"{"model":"m","reasoning_effort":"huge","messages":[{"role":"user","content":"x"}]}"#,
            "invalid reasoning effort 'huge': must be none, minimal, low, medium, high, xhigh or max"
        ),
        (
            #"{"model":"m","tool_choice":{"function":{"name":"h"}},"messages":[{"role":"user","content":"x"}]}"#,
            "tool_choice names 'h', which is not among the tools"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"http://x/y"}]}]}"#,
            "image URLs are not currently supported, please use base64 encoded data instead"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]}"#,
            "invalid image input"
        ),
        (
            #"{"model":"m","logit_bias":{"a":1},"messages":[{"role":"user","content":"x"}]}"#,
            "invalid type for 'logit_bias': expected object of token ids and numbers, found object"
        ),
    ])
    func whatIsWrongIsNamed(body: String, message: String) throws {
        let error = wireError { () throws(WireError) in try OpenAIChat.decode(RequestBody.parse(Array(body.utf8))) }
        #expect(error?.message == message)
        #expect(error?.kind.status == 400)
    }

    @Test func tooManyStopStringsAreRefused() throws {
        let stops = JSONValue.array((0...WireLimits.stopCount).map { .string("\($0)") })
        let error = wireError { () throws(WireError) in
            try OpenAIChat.decode(["model": "m", "messages": [["role": "user", "content": "x"]], "stop": stops])
        }
        #expect(error?.parameter == "stop")
    }
}
