import JSON
import ModelStorage
import Platform
import Serving
import Testing
import WireFormats

/// What the server does not do, and how it says so.
@Suite("Server's limits", .serialized)
struct ServerLimitTests {
    private static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    private static let wave = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="

    @Test(
        "Images and sounds are refused by name in every dialect, never ignored",
        arguments: [
            ("/api/chat", #"{"messages":[{"role":"user","content":"?","images":["\#(pixel)"]}]}"#, "vision"),
            ("/api/chat", #"{"messages":[{"role":"user","content":"?","images":["\#(wave)"]}]}"#, "audio"),
            ("/api/generate", #"{"prompt":"?","images":["\#(pixel)"]}"#, "vision"),
            ("/completion", #"{"prompt":"?","image_data":[{"id":1,"data":"\#(pixel)"}]}"#, "vision"),
            (
                "/v1/chat/completions",
                #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(pixel)"}}]}]}"#,
                "vision"
            ),
            (
                "/v1/chat/completions",
                #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"\#(wave)","format":"wav"}}]}]}"#,
                "audio"
            ),
            (
                "/v1/responses",
                #"{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,\#(pixel)"}]}]}"#,
                "vision"
            ),
            (
                "/v1/messages",
                #"{"max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(pixel)"}}]}]}"#,
                "vision"
            ),
        ])
    func media(_ path: String, _ body: String, _ ability: String) async throws {
        try await withServer { ask in
            var json = try JSONParser.parse(body).objectValue ?? JSONObject()
            json["model"] = "swiftllm"
            let reply = try await ask("POST", path, .object(json))
            #expect(reply.status == 400, "\(reply.text)")
            #expect(reply.text.contains(#"\"swiftllm\" does not support \#(ability)"#), "\(reply.text)")
        }
    }

    @Test("A model that does not think says so, but to Anthropic's clients, who always ask")
    func thinking() async throws {
        try await withServer { ask in
            let hello: JSONValue = [["role": "user", "content": "Hello!"]]
            let refused = #"\"swiftllm\" does not support thinking"#
            for think: JSONValue in [true, "high"] {
                let chat = try await ask("POST", "/api/chat", ["model": "swiftllm", "messages": hello, "think": think])
                #expect(chat.status == 400 && chat.text.contains(refused), "\(chat.text)")
                let generated = try await ask(
                    "POST", "/api/generate", ["model": "swiftllm", "prompt": "Hello!", "think": think])
                #expect(generated.status == 400 && generated.text.contains(refused), "\(generated.text)")
            }
            let openAI = try await ask(
                "POST", "/v1/chat/completions",
                ["model": "swiftllm", "messages": hello, "reasoning_effort": "low", "max_tokens": 2])
            #expect(openAI.status == 400 && openAI.text.contains(refused), "\(openAI.text)")
            let silent = try await ask(
                "POST", "/api/chat",
                ["model": "swiftllm", "messages": hello, "think": false, "options": ["num_predict": 2]])
            #expect(silent.status == 200, "\(silent.text)")
            let anthropic = try await ask(
                "POST", "/v1/messages",
                [
                    "model": "swiftllm", "messages": hello, "max_tokens": 2,
                    "thinking": ["type": "enabled", "budget_tokens": 1],
                ])
            #expect(anthropic.status == 200, "\(anthropic.text)")
        }
    }

    @Test(
        "What only Ollama's cloud has is answered as by a server without it",
        arguments: [
            ("POST", "/api/me", "{}", 401, "unauthorized"), ("POST", "/api/signout", "{}", 200, ""),
            ("DELETE", "/api/user/keys/abc", "", 200, ""),
            ("POST", "/api/experimental/web_search", #"{"query":"x"}"#, 403, "disabled"),
            ("POST", "/api/experimental/web_fetch", #"{"url":"x"}"#, 403, "disabled"),
            ("GET", "/api/experimental/model-recommendations", "", 200, "recommendations"),
            ("POST", "/api/chat", #"{"model":"x:cloud","messages":[]}"#, 403, "ollama cloud is disabled"),
            ("POST", "/api/show", #"{"model":"x:120b-cloud"}"#, 403, "ollama cloud is disabled"),
            ("POST", "/api/show", #"{"model":"x:cloud:local"}"#, 400, "use either :local or :cloud, not both: "),
            ("POST", "/api/show", #"{"model":"swiftllm:local"}"#, 200, "model_info"),
            ("POST", "/api/show", #"{"model":"none:local"}"#, 404, "model 'none' not found"),
        ])
    func cloud(_ method: String, _ path: String, _ body: String, _ status: Int, _ part: String) async throws {
        try await withServer { ask in
            let reply = try await ask(method, path, body.isEmpty ? nil : try JSONParser.parse(body))
            #expect(reply.status == status && (part.isEmpty || reply.text.contains(part)), "\(reply.text)")
        }
    }

    @Test("What may be asked of a path can be asked")
    func options() async throws {
        try await withServer { ask in
            #expect(try await ask("OPTIONS", "/api/chat", nil).status == 204)
            #expect(try await ask("OPTIONS", "/nowhere", nil).status == 404)
            #expect(try await ask("PUT", "/api/chat", nil).status == 405)
            for path in ["/", "/api/version", "/api/tags", "/v1/models", "/health", "/metrics"] {
                let reply = try await ask("HEAD", path, nil)
                #expect(reply.status == 200 && reply.text.isEmpty, "\(path)")
            }
        }
    }

    @Test("Slots show what runs, and watching them loads nothing")
    func slots() async throws {
        try await withServer { ask in
            #expect(try await ask("GET", "/slots", nil).text == "[]")
            #expect(try await ask("GET", "/slots?fail_on_no_slot=1", nil).status == 503)
            let running = Task {
                try await ask(
                    "POST", "/completion",
                    ["model": "swiftllm", "prompt": "Once", "n_predict": 400, "ignore_eos": true])
            }
            var busy: JSONValue?
            for _ in 0..<10_000 where busy == nil {
                let slots = try await ask("GET", "/slots", nil).values.first?.arrayValue ?? []
                busy = slots.first { $0["is_processing"]?.boolValue == true }
            }
            #expect(busy?["id"]?.intValue == 0)
            #expect(busy?["n_prompt_tokens"]?.intValue ?? 0 > 0)
            #expect(busy?["next_token"]?.arrayValue?.first?["n_remain"]?.intValue ?? 0 > 0)
            #expect(try await running.value.status == 200)
            let after = try await ask("GET", "/slots?fail_on_no_slot=1", nil)
            #expect(after.status == 200)
            let slots = try #require(after.values.first?.arrayValue)
            #expect(slots.count == 32 && slots.allSatisfy { $0["is_processing"]?.boolValue == false })
        }
    }

    @Test(
        "What the store cannot do keeps its meaning",
        arguments: [
            (ModelStorageError.invalidName("?"), WireError.Kind.invalid), (.modelNotFound("x"), .notFound),
            (.invalidTemplate(reason: "x"), .invalid), (.cancelled, .internal),
            (.invalidText(path: "x"), .internal), (.file(.outOfMemory(bytes: 1)), .internal),
        ])
    func storage(_ error: ModelStorageError, _ kind: WireError.Kind) {
        #expect(WireError(error).kind == kind)
    }
}
