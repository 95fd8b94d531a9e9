import Compute
import Inference
import Serving
import Testing

@Suite("Settings")
struct ServerSettingsTests {
    private func settings(_ environment: [String: String]) throws -> ServerSettings {
        try ServerSettings(environment: environment, home: "/home/me")
    }

    @Test("An empty environment means Ollama's defaults")
    func defaults() throws {
        let settings = try settings([:])
        #expect(settings.host == "127.0.0.1:11434")
        #expect(settings.models == "/home/me/.ollama/models")
        #expect(settings.manager.idleTime == .seconds(300))
        #expect(settings.manager.modelCount == 3)
        #expect(settings.manager.load.waitingCount == 512)
    }

    @Test("Ollama's variables count, blanks and quotes aside, and ours win")
    func variables() throws {
        let settings = try settings([
            "OLLAMA_HOST": " \"0.0.0.0:8080\" ", "OLLAMA_MODELS": "/models", "SWIFTLLM_MODELS": "/ours",
            "OLLAMA_KEEP_ALIVE": "1h30m", "OLLAMA_MAX_QUEUE": "7", "OLLAMA_CONTEXT_LENGTH": "8192",
            "OLLAMA_ORIGINS": "https://a.example, b.example",
        ])
        #expect(settings.host == "0.0.0.0:8080")
        #expect(settings.models == "/ours")
        #expect(settings.manager.idleTime == .seconds(5400))
        #expect(settings.manager.load.waitingCount == 7)
        #expect(settings.manager.load.contextLength == 8192)
        #expect(settings.origins == ["https://a.example", "b.example"])
        #expect(try self.settings(["OLLAMA_KEEP_ALIVE": "-1"]).manager.idleTime == nil)
        #expect(try self.settings(["OLLAMA_KEEP_ALIVE": "0"]).manager.idleTime == .zero)
        #expect(try self.settings(["OLLAMA_KV_CACHE_TYPE": "Q8_0"]).manager.load.cache == .int8)
        #expect(settings.manager.load.cache == .float16)
        #expect(settings.prunes)
        #expect(try !self.settings(["OLLAMA_NOPRUNE": "1"]).prunes)
        #expect(try self.settings(["OLLAMA_NOPRUNE": "false"]).prunes)
    }

    @Test("What makes no sense is named")
    func errors() {
        #expect(throws: ServerSettings.InvalidVariable.self) { try settings(["OLLAMA_KEEP_ALIVE": "soon"]) }
        #expect(throws: ServerSettings.InvalidVariable.self) { try settings(["OLLAMA_MAX_QUEUE": "-3"]) }
        #expect(throws: ServerSettings.InvalidVariable.self) { try settings(["OLLAMA_KV_CACHE_TYPE": "q4_0"]) }
        #expect(throws: ServerSettings.InvalidVariable.self) {
            try settings(["SWIFTLLM_REGISTRY_MIRRORS": "a.example"])
        }
        #expect(throws: ServerSettings.InvalidVariable.self) { try settings(["SWIFTLLM_REGISTRY_TOKENS": "secret"]) }
    }
}
