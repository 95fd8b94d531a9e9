import JSON
import Testing

import WireFormats

let sampleHead = ReplyHead(id: "chatcmpl-1", model: "m", created: Timestamp(seconds: 1_700_000_000))

/// A reply with a bit of everything, in two spellings of its tool call.
enum SampleReply {
    static let call = ToolCall(
        id: "call_1", name: "f", arguments: JSONObject([(key: "z", value: 1), (key: "a", value: "é\"")]))
    static var summary: ReplySummary {
        var summary = ReplySummary(
            reason: .endOfText, usage: Usage(promptTokens: 10, completionTokens: 5),
            durations: ReplyDurations(total: 9, load: 1, prompt: 2, completion: 3), context: [1, 2])
        summary.usage.cachedTokens = 4
        summary.usage.reasoningTokens = 2
        return summary
    }
    static let token = TokenLogProbability(
        token: "Hi", bytes: [72, 105], logProbability: -0.5,
        alternatives: [TokenLogProbability(token: "Ho", bytes: [72, 111], logProbability: -1.25)])
    static let events: [ReplyEvent] = [
        .started(Usage(promptTokens: 10)), .thinking("hm"), .logProbabilities([token]), .text("Hi"),
        .toolCallBegan(index: 0, id: "call_1", name: "f"), .toolCallArguments(index: 0, #"{"z":1,"#),
        .toolCallArguments(index: 0, #""a":"é\""}"#), .toolCall(index: 0, call), .finished(summary),
    ]
    static var collected: CollectedReply {
        var reply = CollectedReply()
        for event in events { reply.append(event) }
        return reply
    }
}

/// The lines of a stream, with each event's name in front where it has one.
func stream(_ encoder: some ReplyEncoder, _ events: [ReplyEvent]) -> [String] {
    var encoder = encoder
    let time = Timestamp(seconds: 1_700_000_001, nanoseconds: 500_000_000)
    var chunks = events.flatMap { encoder.encode($0, choice: 0, at: time) }
    chunks += encoder.finish(at: time)
    chunks += encoder.encode(.text("late"), choice: 0, at: time) + encoder.finish(at: time)
    return chunks.map { ($0.event.map { "\($0): " } ?? "") + String(decoding: $0.bytes, as: UTF8.self) }
}

@Suite struct OllamaChatEncoding {
    @Test func streamInOrder() {
        let opening = #""model":"m","created_at":"2023-11-14T22:13:21.5Z""#
        #expect(
            stream(OllamaChat.streamEncoder(head: sampleHead), SampleReply.events) == [
                #"{\#(opening),"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
                #"{\#(opening),"message":{"role":"assistant","content":"Hi"},"done":false,"#
                    + #""logprobs":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"#
                    + #""top_logprobs":[{"token":"Ho","logprob":-1.25,"bytes":[72,111]}]}]}"#,
                #"{\#(opening),"message":{"role":"assistant","content":"","tool_calls":[{"id":"call_1","#
                    + #""function":{"index":0,"name":"f","arguments":{"z":1,"a":"é\""}}}]},"done":false}"#,
                #"{\#(opening),"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","#
                    + #""context":[1,2],"total_duration":9,"load_duration":1,"prompt_eval_count":10,"#
                    + #""prompt_eval_duration":2,"eval_count":5,"eval_duration":3,"prompt_cached_count":4}"#,
            ])
    }

    @Test func wholeReply() throws {
        let body = try OllamaGenerate.body(head: sampleHead, reply: SampleReply.collected)
        #expect(body["response"] == "Hi" && body["thinking"] == "hm" && body["done"] == true)
        #expect(body["created_at"] == "2023-11-14T22:13:20Z")
        #expect(body["tool_calls"]?.arrayValue?.count == 1)
        let chat = try OllamaChat.body(head: sampleHead, reply: SampleReply.collected)
        #expect(chat["message"]?["content"] == "Hi" && chat["eval_count"] == 5)
    }

    @Test func loading() {
        #expect(
            "\(OllamaGenerate.loadBody(head: sampleHead, reason: .loaded))"
                == #"{"model":"m","created_at":"2023-11-14T22:13:20Z","response":"","done":true,"done_reason":"load"}"#)
        #expect(OllamaChat.loadBody(head: sampleHead, reason: .unloaded)["done_reason"] == "unload")
    }

    @Test func errorsEndAStream() {
        let lines = stream(
            OllamaChat.streamEncoder(head: sampleHead), [.failed(WireError(.internal, "gone")), .text("x")])
        #expect(lines == [#"{"error":"gone"}"#])
    }
}

@Suite struct OpenAIChatEncoding {
    private func chunk(_ delta: String, _ reason: String = "null", logprobs: String = "") -> String {
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","#
            + #""system_fingerprint":"fp_swiftllm","choices":[{"index":0,"delta":\#(delta),"#
            + #"\#(logprobs)"finish_reason":\#(reason)}]}"#
    }

    private let encoder = OpenAIChatStreamEncoder(head: sampleHead, style: ReplyStyle(streams: true))

    @Test func streamInOrder() {
        let token =
            #""logprobs":{"content":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":"#
            + #"[{"token":"Ho","logprob":-1.25,"bytes":[72,111]}]}],"refusal":null},"#
        let lines = stream(encoder, SampleReply.events)
        #expect(
            Array(lines.prefix(7)) == [
                chunk(#"{"role":"assistant","content":""}"#), chunk(#"{"reasoning":"hm"}"#),
                chunk(#"{"content":"Hi"}"#, logprobs: token),
                chunk(
                    #"{"tool_calls":[{"index":0,"id":"call_1","type":"function","#
                        + #""function":{"name":"f","arguments":""}}]}"#),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"z\":1,"}}]}"#),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"a\":\"é\\\"\"}"}}]}"#),
                chunk("{}", #""tool_calls""#),
            ])
        #expect(
            lines[7].hasSuffix(
                #""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"#
                    + #""prompt_tokens_details":{"cached_tokens":4},"#
                    + #""completion_tokens_details":{"reasoning_tokens":2}}}"#))
        #expect(lines.suffix(1) == ["[DONE]"] && lines.count == 9)
    }

    @Test func wholeCallsAreOneDelta() {
        let lines = stream(encoder, [.toolCall(index: 0, SampleReply.call)])
        #expect(
            lines[1]
                == chunk(
                    #"{"tool_calls":[{"index":0,"id":"call_1","type":"function","#
                        + #""function":{"name":"f","arguments":"{\"z\":1,\"a\":\"é\\\"\"}"}}]}"#))
    }

    @Test func choicesAreApart() {
        var encoder = encoder
        let time = Timestamp(seconds: 0)
        var chunks = encoder.encode(.text("a"), choice: 0, at: time) + encoder.encode(.text("b"), choice: 1, at: time)
        let end = ReplyEvent.finished(
            ReplySummary(reason: .length, usage: Usage(promptTokens: 3, completionTokens: 4)))
        for choice in 0..<2 { chunks += encoder.encode(end, choice: choice, at: time) }
        chunks += encoder.finish(at: time)
        let values = chunks.dropLast().compactMap { try? JSONParser.parse($0.bytes) }
        #expect(values.compactMap { $0["choices"]?.arrayValue?.first?["index"]?.intValue } == [0, 0, 1, 1, 0, 1])
        #expect(values.last?["usage"]?["prompt_tokens"] == 3 && values.last?["usage"]?["completion_tokens"] == 8)
    }

    @Test func errorsEndAStreamWithoutDone() {
        let lines = stream(encoder, [.text("x"), .failed(WireError(.internal, "gone")), .text("y")])
        #expect(lines.last == #"{"error":{"message":"gone","type":"api_error","param":null,"code":null}}"#)
        #expect(lines.count == 3)
    }

    @Test func wholeReply() throws {
        let body = try OpenAIChat.body(head: sampleHead, replies: [SampleReply.collected, SampleReply.collected])
        let choice = body["choices"]?.arrayValue?.first
        #expect(choice?["message"]?["content"] == "Hi" && choice?["message"]?["reasoning"] == "hm")
        #expect(choice?["finish_reason"] == "tool_calls")
        #expect(body["usage"]?["completion_tokens"] == 10 && body["usage"]?["prompt_tokens"] == 10)
    }
}
