import Foundation
import JSON
import TestSupport
import Testing
import WireFormats

/// What the real client libraries send, stored by `fixtures/checks/wire_shapes.py`.
@Suite struct ClientRequests {
    /// The body of a stored request.
    private func body(_ name: String) throws -> JSONValue {
        let stored = try RequestBody.parse(Array(Fixtures.data("http-requests/\(name).json")))
        return try #require(stored["body"])
    }

    private let arguments = JSONObject([(key: "z", value: 1), (key: "a", value: "é\"")])
    private let pixel: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    @Test func everyStoredRequestIsRead() throws {
        let decoders: [String: (JSONValue) throws -> Void] = [
            "/api/chat": { _ = try OllamaChat.decode($0) }, "/api/generate": { _ = try OllamaGenerate.decode($0) },
            "/api/embed": { _ = try OllamaEmbed.decode($0) }, "/api/show": { _ = try OllamaShow.decode($0) },
            "/api/create": { _ = try OllamaCreateRequest($0) }, "/api/pull": { _ = try OllamaTransferRequest($0) },
            "/v1/chat/completions": { _ = try OpenAIChat.decode($0) },
            "/v1/completions": { _ = try OpenAICompletions.decode($0) },
            "/v1/embeddings": { _ = try OpenAIEmbeddings.decode($0) },
            "/v1/responses": { _ = try OpenAIResponses.decode($0) },
            "/v1/messages": { _ = try AnthropicMessages.decode($0) },
            "/v1/messages/count_tokens": { _ = try AnthropicMessages.decodeCount($0) },
        ]
        var paths: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("http-requests")) {
            let stored = try RequestBody.parse(Array(Fixtures.data("http-requests/\(file)")))
            let path = try #require(stored["path"]?.stringValue?.split(separator: "?").first.map(String.init))
            paths.insert(path)
            let decode = try #require(decoders[path], "\(path) has no decoder")
            let body = try #require(stored["body"])
            try decode(body)
        }
        #expect(paths == Set(decoders.keys))
    }

    @Test func ollama() throws {
        let chat = try OllamaChat.decode(try body("ollama-chat"))
        #expect(chat.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(chat.messages[1].media.map(\.bytes) == [pixel])
        #expect(chat.messages[2].thinking == "hm" && chat.messages[2].toolCalls[0].arguments == arguments)
        #expect(chat.messages[3].toolName == "f")
        #expect(chat.tools.map(\.name) == ["f"] && chat.tools[0].parameters?["properties"]?["z"]?["type"] == "integer")
        #expect(chat.style.streams && chat.thinking == .level(.high) && chat.logProbabilities == 2)
        #expect(chat.responseFormat == .schema(["type": "object"]) && chat.keepAlive == .duration(.seconds(300)))
        #expect(chat.options.temperature == 0.5 && chat.options.stop == ["END"] && chat.options.contextLength == 99)
        let generate = try OllamaGenerate.decode(try body("ollama-generate"))
        #expect(generate.prompts == [.text("p")] && generate.suffix == "s" && generate.system == "y")
        #expect(generate.template == "t" && generate.context == [1, 2] && !generate.style.streams)
        #expect(generate.media.map(\.bytes) == [pixel] && generate.keepAlive == .forever)
        #expect(generate.options.seed == 3 && generate.options.mirostat == 2 && generate.responseFormat == .json)
        let embed = try OllamaEmbed.decode(try body("ollama-embed"))
        #expect(embed.inputs == [.text("a"), .text("b")] && embed.dimensions == 3 && embed.truncates == true)
        #expect(embed.keepAlive == .duration(.seconds(1.5)))
        let create = try OllamaCreateRequest(try body("ollama-create"))
        #expect(create.from == "base" && create.quantize == "q4_K_M" && create.licenses == ["MIT"] && !create.streams)
        #expect(create.files.map(\.path) == ["a.gguf"] && create.messages == [Message(role: .user, text: "hi")])
        #expect(try OllamaTransferRequest(try body("ollama-pull")).isInsecure)
    }

    @Test func openAIChat() throws {
        let chat = try OpenAIChat.decode(try body("openai-chat"))
        #expect(chat.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(chat.messages[1].media == [Media(bytes: pixel, mediaType: "image/png")])
        #expect(chat.messages[2].toolCalls == [ToolCall(id: "c1", name: "f", arguments: arguments)])
        #expect(chat.messages[3].toolName == "f")
        #expect(chat.toolChoice == .named("f") && chat.allowsParallelToolCalls == false)
        #expect(chat.style == ReplyStyle(streams: true, includesUsage: true))
        #expect(chat.options.maximumTokens == 7 && chat.options.seed == 3 && chat.options.logitBias == [15: -100])
        #expect(chat.options.contextLength == 99 && chat.options.minP == 0.05 && chat.options.presencePenalty == 0.2)
        #expect(chat.thinking == .level(.low) && chat.logProbabilities == 2)
        let format = try OpenAIChat.decode(try body("openai-chat-format"))
        #expect(format.choiceCount == 2 && format.responseFormat == .schema(["type": "object"]))
        #expect(format.options.stop == ["END"] && format.options.maximumTokens == 5)
    }

    @Test func openAIOthers() throws {
        let completion = try OpenAICompletions.decode(try body("openai-completion"))
        #expect(completion.prompts == [.text("a"), .text("b")] && completion.suffix == "s" && completion.echoesPrompt)
        #expect(completion.logProbabilities == 2 && completion.style.includesUsage)
        let tokens = try OpenAICompletions.decode(try body("openai-completion-tokens"))
        #expect(tokens.prompts == [.tokens([1, 2, 3])] && tokens.choiceCount == 2 && tokens.bestOf == 3)
        let embeddings = try OpenAIEmbeddings.decode(try body("openai-embeddings"))
        #expect(embeddings.encoding == .base64 && embeddings.dimensions == 2)
        let responses = try OpenAIResponses.decode(try body("openai-responses"))
        #expect(responses.chat.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(responses.chat.messages[2].toolCalls == [ToolCall(id: "c1", name: "f", arguments: arguments)])
        #expect(responses.previousResponseID == "resp_0" && responses.stores == true)
        #expect(responses.chat.toolChoice == .required && responses.chat.truncates == true)
        #expect(responses.chat.options.maximumTokens == 9 && responses.chat.thinking == .level(.low))
        let history = [Message(role: .user, text: "before"), Message(role: .assistant, text: "answer")]
        #expect(responses.chat(after: history).messages.map(\.text) == ["be brief", "before", "answer", "hi", "", "3"])
    }

    @Test func anthropic() throws {
        let request = try AnthropicMessages.decode(try body("anthropic-messages"))
        #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(request.messages[1].media == [Media(bytes: pixel, mediaType: "image/png")])
        #expect(request.messages[2].thinking == "hm" && request.messages[2].toolCalls[0].arguments == arguments)
        #expect(request.messages[3].toolName == "f" && request.messages[3].text == "3")
        #expect(request.toolChoice == .required && request.allowsParallelToolCalls == false)
        #expect(request.thinking == .on && request.thinkingBudget == 2000 && request.style.streams)
        #expect(request.options.stop == ["END"] && request.options.topK == 5 && request.options.maximumTokens == 3000)
        #expect(try AnthropicMessages.decodeCount(try body("anthropic-count")).tools.count == 1)
    }
}
