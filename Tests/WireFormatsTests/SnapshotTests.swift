import Foundation
import JSON
import TestSupport
import Testing
import WireFormats

/// Replies as they go over the wire, held against `fixtures/http/`.
///
/// The files are made here (`SWIFTLLM_WRITE_SNAPSHOTS=1 swift test --filter Snapshots`) and mean something because
/// `fixtures/checks/wire_shapes.py` parses every one of them with the client libraries' own types.
@Suite struct Snapshots {
    @Test(arguments: Snapshot.all)
    func bytesAreAsStored(snapshot: Snapshot) throws {
        let path = Fixtures.path("http/\(snapshot.name)")
        let bytes = try snapshot.bytes()
        if ProcessInfo.processInfo.environment["SWIFTLLM_WRITE_SNAPSHOTS"] != nil {
            try Data(bytes).write(to: URL(filePath: path))
        }
        let stored = try String(contentsOfFile: path, encoding: .utf8)
        #expect(String(decoding: bytes, as: UTF8.self) == stored)
    }

    @Test func everyStoredFileIsMade() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("http"))
        #expect(Set(files) == Set(Snapshot.all.map(\.name)))
    }
}

/// One reply, by the name of its file; the part before the first dot says what the oracle takes it for.
struct Snapshot: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: @Sendable () throws -> [UInt8]

    var testDescription: String { name }

    /// A whole reply, one member a line so that a change can be read.
    init(_ name: String, whole: @escaping @Sendable () throws -> JSONValue) {
        self.name = "\(name).json"
        bytes = { JSONWriter.bytes(try whole(), style: .indented) + [0x0A] }
    }

    /// A reply that is made as text.
    init(_ name: String, text: @escaping @Sendable () throws -> [UInt8]) {
        self.name = "\(name).json"
        bytes = { try text() + [0x0A] }
    }

    /// A stream, with each event's framing.
    init(_ name: String, stream encoder: some ReplyEncoder, _ events: [ReplyEvent]) {
        let isLines = name.hasPrefix("ollama")
        self.name = "\(name).\(isLines ? "ndjson" : "sse")"
        bytes = {
            var encoder = encoder
            let time = Timestamp(seconds: 1_700_000_001, nanoseconds: 500_000_000)
            let chunks = events.flatMap { encoder.encode($0, choice: 0, at: time) } + encoder.finish(at: time)
            return chunks.flatMap { isLines ? $0.line : $0.serverSentEvent }
        }
    }
}

extension SampleReply {
    static let cutOff: [ReplyEvent] = [
        .text("Once"), .text(" upon"),
        .finished(ReplySummary(reason: .length, usage: Usage(promptTokens: 3, completionTokens: 2))),
    ]
    static let stopped: [ReplyEvent] = [
        .text("a"), .finished(ReplySummary(reason: .stopSequence("END"), usage: Usage(promptTokens: 3))),
    ]
    static let broken: [ReplyEvent] = [.text("a"), .failed(WireError(.internal, "the model went away"))]
    static let twoCalls: [ReplyEvent] = [
        .toolCall(index: 0, call), .toolCall(index: 1, ToolCall(id: "call_2", name: "g", arguments: JSONObject())),
        .finished(summary),
    ]

    static func collected(_ events: [ReplyEvent]) -> CollectedReply {
        var reply = CollectedReply()
        for event in events { reply.append(event) }
        return reply
    }

    static let details: ModelDetails = {
        var details = ModelDetails()
        details.format = "gguf"
        details.family = "llama"
        details.families = ["llama"]
        details.parameterSize = "8.2B"
        details.quantizationLevel = "Q4_K_M"
        details.contextLength = 4096
        return details
    }()

    static let responsesRequest: OpenAIResponses.Request = {
        let request: JSONValue = [
            "model": "m", "input": "hi", "instructions": "be brief", "max_output_tokens": 9, "temperature": 0.5,
            "tools": [["type": "function", "name": "f", "parameters": ["type": "object"], "strict": false]],
            "metadata": ["a": "b"], "reasoning": ["effort": "low"],
        ]
        guard let decoded = try? OpenAIResponses.decode(request) else { preconditionFailure("the request is valid") }
        return decoded
    }()
}

extension Snapshot {
    static let all = ollama + ollamaModels + openAI + responses + anthropic + llamaServer

    private static let head = sampleHead
    private static let events = SampleReply.events
    private static let reply = SampleReply.collected

    private static func head(_ id: String) -> ReplyHead { ReplyHead(id: id, model: "m", created: sampleHead.created) }

    private static let ollama: [Snapshot] = [
        Snapshot("ollama-chat", stream: OllamaChat.streamEncoder(head: head), events),
        Snapshot("ollama-chat.calls", stream: OllamaChat.streamEncoder(head: head), SampleReply.twoCalls),
        Snapshot("ollama-chat.broken", stream: OllamaChat.streamEncoder(head: head), SampleReply.broken),
        Snapshot("ollama-chat.whole") { try OllamaChat.body(head: head, reply: reply) },
        Snapshot("ollama-chat.load") { OllamaChat.loadBody(head: head, reason: .loaded) },
        Snapshot("ollama-chat.debug") { OllamaChat.debugBody(head: head, prompt: "<s>hi", mediaCount: 1) },
        Snapshot("ollama-generate", stream: OllamaGenerate.streamEncoder(head: head), events),
        Snapshot("ollama-generate.whole") { try OllamaGenerate.body(head: head, reply: reply) },
        Snapshot("ollama-generate.unload") { OllamaGenerate.loadBody(head: head, reason: .unloaded) },
        Snapshot(
            "ollama-embed",
            text: {
                OllamaEmbed.body(
                    model: "m", vectors: [[0.25, -1e-7, 3]], promptTokens: 2, durations: ReplyDurations(total: 5))
            }),
        Snapshot("ollama-embeddings", text: { OllamaEmbed.singleBody([0.5, .nan]) }),
        Snapshot("ollama-error") { Dialect.ollama.errorBody(OllamaError.modelNotFound("x")) },
    ]

    private static let ollamaModels: [Snapshot] = [
        Snapshot("ollama-tags") {
            var model = OllamaTags.Model(
                name: "m:latest", modified: head.created, byteCount: 5_000_000_000,
                digest: String(repeating: "ab", count: 32), details: SampleReply.details)
            model.capabilities = ["completion", "tools"]
            return OllamaTags.body([model])
        },
        Snapshot("ollama-tags.none") { OllamaTags.body([]) },
        Snapshot("ollama-ps") {
            var model = OllamaProcesses.Model(
                name: "m:latest", digest: String(repeating: "ab", count: 32), details: SampleReply.details,
                byteCount: 6_000_000_000, contextLength: 4096)
            let forever = OllamaProcesses.body([model])["models"]?.arrayValue ?? []
            model.expires = Timestamp(seconds: 1_700_000_300)
            return ["models": .array((OllamaProcesses.body([model])["models"]?.arrayValue ?? []) + forever)]
        },
        Snapshot("ollama-show") {
            var show = OllamaShow.Reply()
            show.license = "MIT"
            show.modelfile = "FROM x"
            show.template = "{{ .Prompt }}"
            show.details = SampleReply.details
            show.messages = [Message(role: .user, text: "hi")]
            show.modelInfo = JSONObject([(key: "general.architecture", value: "llama")])
            show.tensors = [OllamaShow.Tensor(name: "output.weight", type: "Q6_K", shape: [4096, 32000])]
            show.capabilities = ["completion"]
            show.modified = head.created
            return OllamaShow.body(show)
        },
        Snapshot("ollama-progress") {
            OllamaProgress("pulling ab12", digest: "sha256:ab12", total: 10, completed: 3).json
        },
        Snapshot("ollama-progress.success") { OllamaProgress.success.json },
    ]

    private static let style = ReplyStyle(streams: true)

    private static let openAI: [Snapshot] = [
        Snapshot("openai-chat", stream: OpenAIChatStreamEncoder(head: head, style: style), events),
        Snapshot("openai-chat.calls", stream: OpenAIChatStreamEncoder(head: head, style: style), SampleReply.twoCalls),
        Snapshot(
            "openai-chat.no-usage",
            stream: OpenAIChatStreamEncoder(head: head, style: ReplyStyle(streams: true, includesUsage: false)),
            SampleReply.cutOff),
        Snapshot("openai-chat.broken", stream: OpenAIChatStreamEncoder(head: head, style: style), SampleReply.broken),
        Snapshot("openai-chat.whole") { try OpenAIChat.body(head: head, replies: [reply, reply]) },
        Snapshot("openai-chat.whole-calls") {
            try OpenAIChat.body(head: head, replies: [SampleReply.collected(SampleReply.twoCalls)])
        },
        Snapshot("openai-completion", stream: OpenAICompletionStreamEncoder(head: head, style: style), events),
        Snapshot("openai-completion.whole") { try OpenAICompletions.body(head: head, replies: [reply]) },
        Snapshot(
            "openai-embeddings",
            text: {
                OpenAIEmbeddings.body(model: "m", vectors: [[0.5, 1], [2, -3]], encoding: .float, promptTokens: 4)
            }),
        Snapshot(
            "openai-embeddings.base64",
            text: { OpenAIEmbeddings.body(model: "m", vectors: [[0.5, 1]], encoding: .base64, promptTokens: 4) }),
        Snapshot("openai-models") {
            OpenAIModels.body([OpenAIModels.Model(id: "m", created: head.created, contextLength: 4096)])
        },
        Snapshot("openai-models.none") { OpenAIModels.body([]) },
        Snapshot("openai-model") {
            OpenAIModels.body(OpenAIModels.Model(id: "a/b", created: head.created, owner: "a"))
        },
        Snapshot("openai-error") { Dialect.openAI.errorBody(OpenAIModels.notFound("x")) },
        Snapshot("rerank") {
            let request = try Rerank.decode([
                "model": "m", "query": "q", "documents": ["a", ["text": "b"], "c"], "top_n": 2,
                "return_documents": true,
            ])
            return Rerank.body(head: head, request: request, scores: [0.25, .nan, 0.75], promptTokens: 7)
        },
    ]

    private static let responses: [Snapshot] = {
        let request = SampleReply.responsesRequest
        let encoder = OpenAIResponseStreamEncoder(head: head("resp_1"), request: request)
        return [
            Snapshot("openai-response", stream: encoder, events),
            Snapshot("openai-response.calls", stream: encoder, SampleReply.twoCalls),
            Snapshot("openai-response.cut-off", stream: encoder, SampleReply.cutOff),
            Snapshot("openai-response.broken", stream: encoder, SampleReply.broken),
            Snapshot("openai-response.whole") {
                try OpenAIResponses.body(head: head("resp_1"), request: request, reply: reply, at: head.created)
            },
            Snapshot("openai-response.whole-cut-off") {
                let cut = SampleReply.collected(SampleReply.cutOff)
                return try OpenAIResponses.body(head: head("resp_1"), request: request, reply: cut, at: head.created)
            },
        ]
    }()

    private static let anthropic: [Snapshot] = [
        Snapshot("anthropic-message", stream: AnthropicStreamEncoder(head: head("msg_1")), events),
        Snapshot("anthropic-message.calls", stream: AnthropicStreamEncoder(head: head("msg_1")), SampleReply.twoCalls),
        Snapshot("anthropic-message.stopped", stream: AnthropicStreamEncoder(head: head("msg_1")), SampleReply.stopped),
        Snapshot("anthropic-message.broken", stream: AnthropicStreamEncoder(head: head("msg_1")), SampleReply.broken),
        Snapshot("anthropic-message.whole") { try AnthropicMessages.body(head: head("msg_1"), reply: reply) },
        Snapshot("anthropic-message.whole-stopped") {
            try AnthropicMessages.body(head: head("msg_1"), reply: SampleReply.collected(SampleReply.stopped))
        },
        Snapshot("anthropic-count") { AnthropicMessages.countBody(tokens: 12) },
        Snapshot("anthropic-error") {
            Dialect.anthropic.errorBody(WireError(.busy, "later"), requestID: "req_1")
        },
    ]

    private static let llamaServer: [Snapshot] = [
        Snapshot("llama-completion", stream: LlamaServerStreamEncoder(head: head), events),
        Snapshot("llama-completion.whole") { try LlamaServerCompletion.body(head: head, replies: [reply]) },
        Snapshot("llama-tokenize") { LlamaServerTokens.body([(id: 198, bytes: [195]), (id: 1, bytes: [72, 105])]) },
        Snapshot("llama-props") {
            var properties = LlamaServerState.Properties(
                model: "m", modelPath: "m.gguf", chatTemplate: "t", build: "swiftllm 0.32.0")
            properties.contextLength = 4096
            properties.options.temperature = 0.8
            return LlamaServerState.body(properties)
        },
        Snapshot("llama-slots") {
            var slot = LlamaServerState.Slot(id: 0, task: 7, contextLength: 4096)
            slot.completionTokens = 3
            return LlamaServerState.body([slot, LlamaServerState.Slot(id: 1, task: nil, contextLength: 4096)])
        },
        Snapshot("llama-error") { Dialect.llamaServer.errorBody(LlamaServerState.loading) },
    ]
}
