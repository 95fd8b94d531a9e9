import JSON
import ModelStorage
import TestSupport
import Testing

/// A server with the bundled model on a port of its own, asked over a socket.
@Suite("Server", .serialized)
struct ServerTests {
    private static let hello: JSONValue = [["role": "user", "content": "Hello!"]]

    private static func chat(_ more: (String, JSONValue)...) -> JSONValue {
        let members: [(key: String, value: JSONValue)] = [
            ("model", "swiftllm"), ("messages", hello), ("options", ["temperature": 0]),
        ]
        return .object(JSONObject(members + more.map { (key: $0.0, value: $0.1) }))
    }

    @Test("A model with an adapter answers otherwise, beside the same without")
    func adapters() async throws {
        let folder = TemporaryFolder()
        let store = ModelStore(root: folder.path("models"))
        let creation = ModelCreation(store: store, taskCount: 1)
        for (name, text) in [("plain", "FROM ./llama"), ("adapted", "FROM plain\nADAPTER ./adapters/llama")] {
            let request = try CreationRequest(
                Modelfile(parsing: Array(text.utf8)), name: ModelName(name), folder: Fixtures.path("conversion"),
                home: "/")
            try await creation.run(request) { _ in }
        }
        try await withServer(store: store) { ask in
            var answers: [String?] = []
            for name in ["plain", "adapted", "plain", "adapted"] {
                let reply = try await ask(
                    "POST", "/api/generate",
                    [
                        "model": .string(name), "prompt": "The quick", "raw": true, "stream": false,
                        "options": ["temperature": 0, "num_predict": 12],
                    ])
                #expect(reply.status == 200, "\(reply.text)")
                answers.append(reply.values.first?["response"]?.stringValue)
            }
            #expect(answers[0] == answers[2] && answers[1] == answers[3] && answers[0] != answers[1])
            #expect(answers[0]?.isEmpty == false)
        }
    }

    @Test("A stream says what the whole answer says")
    func streams() async throws {
        try await withServer { ask in
            let whole = try await ask("POST", "/api/chat", Self.chat(("stream", false)))
            let lines = try await ask("POST", "/api/chat", Self.chat()).values
            let text = lines.compactMap { $0["message"]?["content"]?.stringValue }.joined()
            #expect(whole.status == 200 && !text.isEmpty)
            #expect(whole.values.first?["message"]?["content"]?.stringValue == text)
            #expect(lines.last?["done"]?.boolValue == true && lines.last?["done_reason"]?.stringValue == "stop")
        }
    }

    @Test("Sixteen at once get what one alone gets")
    func company() async throws {
        try await withServer { ask in
            let alone = try await ask("POST", "/api/chat", Self.chat(("stream", false)))
                .values.first?["message"]?["content"]?.stringValue
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await ask("POST", "/api/chat", Self.chat(("stream", false)))
                            .values.first?["message"]?["content"]?.stringValue
                    }
                }
                for try await text in group { #expect(text == alone) }
            }
        }
    }

    @Test("An answer is of the schema, a forced call of the tool's")
    func forms() async throws {
        try await withServer { ask in
            let schema: JSONValue = [
                "type": "object", "properties": ["age": ["type": "integer", "maximum": 200, "minimum": 0]],
                "required": ["age"],
            ]
            let shaped = try await ask("POST", "/api/chat", Self.chat(("stream", false), ("format", schema)))
            let text = shaped.values.first?["message"]?["content"]?.stringValue ?? ""
            #expect(try JSONParser.parse(text)["age"]?.intValue != nil)
            let tool: JSONValue = [
                "type": "function", "function": ["name": "look", "parameters": schema],
            ]
            let called = try await ask(
                "POST", "/v1/chat/completions", Self.chat(("tools", [tool]), ("tool_choice", "required")))
            let call = called.values.first?["choices"]?.arrayValue?.first?["message"]?["tool_calls"]?.arrayValue?.first
            #expect(call?["function"]?["name"]?.stringValue == "look", "\(called.text)")
            let arguments = call?["function"]?["arguments"]?.stringValue ?? ""
            #expect(try JSONParser.parse(arguments)["age"]?.intValue != nil)
        }
    }

    @Test(
        "What is wrong is said in the dialect's words",
        arguments: [
            ("POST", "/api/chat", #"{"model":"nope","messages":[]}"#, 404, "model 'nope' not found"),
            ("POST", "/api/chat", "{", 400, "error"),
            ("POST", "/api/chat", #"{"model":"swiftllm","messages":[],"format":7}"#, 400, "format"),
            ("POST", "/v1/chat/completions", #"{"model":"swiftllm","messages":[]}"#, 400, "invalid_request_error"),
            ("POST", "/v1/messages", #"{"model":"swiftllm","messages":[]}"#, 400, "max_tokens"),
            ("POST", "/api/pull", "{}", 400, "model is required"),
            ("POST", "/api/pull", #"{"model":"a b"}"#, 400, "invalid model name"),
            ("POST", "/api/push", #"{"name":""}"#, 400, "model is required"),
            ("POST", "/api/pull", #"{"model":"http://127.0.0.1:1/a/b","stream":false}"#, 500, "insecure protocol http"),
            ("POST", "/api/push", #"{"model":"nope","stream":false}"#, 500, "model 'nope:latest' not found"),
            ("GET", "/api/chat", "", 405, "405"), ("GET", "/nope", "", 404, "404"),
        ])
    func errors(_ method: String, _ path: String, _ body: String, _ status: Int, _ part: String) async throws {
        try await withServer { ask in
            let json = body.isEmpty ? nil : (try? JSONParser.parse(body)) ?? .string(body)
            let reply = try await ask(method, path, json)
            #expect(reply.status == status && reply.text.contains(part), "\(reply.text)")
        }
    }

    @Test("What moves over the network is told line by line, also how it fails")
    func transfers() async throws {
        try await withServer { ask in
            let pulled = try await ask("POST", "/api/pull", ["model": "http://127.0.0.1:1/a/b", "insecure": true])
            #expect(pulled.status == 200 && pulled.values.first?["status"]?.stringValue == "pulling manifest")
            #expect(pulled.values.last?["error"]?.stringValue?.hasPrefix("pull model manifest: ") == true)
            let pushed = try await ask("POST", "/api/push", ["model": "nope"]).values
            #expect(
                pushed.compactMap { $0["status"]?.stringValue } == [
                    "retrieving manifest", "couldn't retrieve manifest",
                ])
            #expect(pushed.last?["error"]?.stringValue == "model 'nope:latest' not found")
        }
    }

    @Test("A prompt that does not fit is refused with both numbers, or cut where that is asked for")
    func tooLong() async throws {
        try await withServer { ask in
            let long = String(repeating: "word ", count: 600)
            let messages: JSONValue = [
                ["role": "user", "content": .string(long)], ["role": "assistant", "content": "Yes."],
                ["role": "user", "content": "Hello!"],
            ]
            let refused = try await ask("POST", "/api/chat", ["model": "swiftllm", "messages": messages])
            #expect(refused.status == 400 && refused.text.contains("512"), "\(refused.text)")
            let cut = try await ask(
                "POST", "/api/chat", ["model": "swiftllm", "messages": messages, "truncate": true, "stream": false])
            #expect(cut.status == 200, "\(cut.text)")
        }
    }

    @Test("A model is loaded, listed and unloaded on request")
    func loads() async throws {
        try await withServer { ask in
            let loaded = try await ask("POST", "/api/generate", ["model": "swiftllm"])
            #expect(loaded.values.first?["done_reason"]?.stringValue == "load")
            #expect(try await ask("GET", "/api/ps", nil).values.first?["models"]?.arrayValue?.count == 1)
            let unloaded = try await ask("POST", "/api/generate", ["model": "swiftllm", "keep_alive": 0])
            #expect(unloaded.values.first?["done_reason"]?.stringValue == "unload")
            #expect(try await ask("GET", "/api/ps", nil).values.first?["models"]?.arrayValue?.isEmpty == true)
        }
    }
}
