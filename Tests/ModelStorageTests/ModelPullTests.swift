import Foundation
import GGUF
import HTTP
import Hashing
import ModelStorage
import Platform
import Synchronization
import TestSupport
import Testing

/// Models fetched from a registry of the test's own, over real sockets.
@Suite(.timeLimit(.minutes(3))) struct ModelPullTests {
    /// Runs a test against a registry.
    private func withRegistry(
        _ behaviour: FakeRegistry.Behaviour = FakeRegistry.Behaviour(), _ environment: [String: String] = [:],
        _ body: (FakeRegistry, TemporaryStore, ModelPull, ModelName) async throws -> Void
    ) async throws {
        let registry = FakeRegistry(behaviour)
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let variables = environment.mapValues { $0.replacingOccurrences(of: "HOST", with: authority) }
            let pull = ModelPull(store: folder.store, access: try .forTests(variables))
            try await body(registry, folder, pull, ModelName("http://\(authority)/library/m"))
        }
    }

    private func weights(_ folder: TemporaryStore, _ name: ModelName) throws -> Data {
        try Data(contentsOf: URL(filePath: folder.store.open(name).weights[0]))
    }

    @Test(arguments: [
        FakeRegistry.Behaviour(), FakeRegistry.Behaviour(cuts: 5), FakeRegistry.Behaviour(failures: 4),
        FakeRegistry.Behaviour(ignoresRanges: true), FakeRegistry.Behaviour(cuts: 2, ignoresRanges: true),
        FakeRegistry.Behaviour(redirect: ""), FakeRegistry.Behaviour(authorization: "Bearer t"),
        FakeRegistry.Behaviour(manifestFailures: 2), FakeRegistry.Behaviour(cuts: 2, failures: 2, redirect: ""),
    ])
    func modelsArrive(behaviour: FakeRegistry.Behaviour) async throws {
        try await withRegistry(behaviour) { registry, folder, pull, name in
            let lines = Mutex<[ModelPull.Status]>([])
            try await pull.run(name, isInsecure: true) { status in lines.withLock { $0.append(status) } }
            #expect(try weights(folder, name) == Data(FakeRegistry.weights))
            let model = try folder.store.open(name)
            #expect(model.config.family == "llama")
            #expect(model.entry.digest == SHA256.hash(FakeRegistry.manifest.bytes))
            #expect(folder.files("blobs").count == 2 && folder.files("blobs").allSatisfy { $0.count == 71 })
            let texts = lines.withLock { $0 }
            let short = FakeRegistry.manifest.layers[0].digest.short
            let own = texts.filter { $0.text == "pulling \(short)" }
            #expect(own.last?.completed == 300_000 && own.allSatisfy { $0.total == 300_000 && $0.digest != nil })
            #expect(own.map { $0.completed ?? 0 } == own.map { $0.completed ?? 0 }.sorted(), "never backwards")
            let rest = texts.map(\.text).filter { !$0.hasPrefix("pulling ") || $0 == "pulling manifest" }
            #expect(rest == ["pulling manifest", "verifying sha256 digest", "writing manifest", "success"])
            let count = registry.seen.count
            try await pull.run(name, isInsecure: true) { _ in }
            #expect(!registry.seen[count...].contains { $0.path.contains("/blobs/") }, "all was there")
        }
    }

    @Test func damagedBlobsAreRefused() async throws {
        try await withRegistry(FakeRegistry.Behaviour(damagesBlobs: true)) { registry, folder, pull, name in
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { error in
                "\(error)".hasPrefix("digest mismatch, file must be downloaded again: want sha256:")
            }
            #expect(!folder.files("blobs").contains { $0.count == 71 } && folder.files("manifests") == [])
            registry.change { $0.damagesBlobs = false }
            try await pull.run(name, isInsecure: true) { _ in }
            #expect(try weights(folder, name) == Data(FakeRegistry.weights))
        }
    }

    @Test func wrongRangesAreRefused() async throws {
        try await withRegistry(FakeRegistry.Behaviour(shiftsRanges: true)) { _, folder, pull, name in
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("expected bytes from") }
            #expect(folder.files("manifests") == [])
        }
    }

    @Test func aBrokenPullGoesOnWhereItWas() async throws {
        // Three requests get half of what they asked for, then nothing comes any more.
        try await withRegistry(FakeRegistry.Behaviour(cuts: 3, failuresAfterCuts: 1000)) {
            registry, folder, pull, name in
            await #expect(throws: ModelStorageError.self) { try await pull.run(name, isInsecure: true) { _ in } }
            #expect(folder.files("manifests") == [])
            let partial = folder.files("blobs")
            #expect(partial.contains { $0.hasSuffix("-partial") } && partial.contains { $0.hasSuffix("-partial-0") })
            try folder.store.prune()
            registry.change { $0.failures = 0 }
            let count = registry.seen.count
            try await pull.run(name, isInsecure: true) { _ in }
            #expect(try weights(folder, name) == Data(FakeRegistry.weights))
            let asked = registry.seen[count...].filter { $0.path.contains("/blobs/") }.reduce(0) { $0 + $1.byteCount }
            #expect(asked < 300_000 && asked > 24, "only what is missing is asked for, found \(asked)")
        }
    }

    @Test func cancelledPullsStopAndKeepWhatCame() async throws {
        try await withRegistry(FakeRegistry.Behaviour(cuts: 2, delayAfterCuts: .seconds(100))) {
            registry, folder, pull, name in
            let task = Task { try await pull.run(name, isInsecure: true) { _ in } }
            while registry.state.withLock({ $0.behaviour.cuts }) > 0 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: ModelStorageError.cancelled) { try await task.value }
            #expect(folder.files("manifests") == [] && folder.files("blobs").contains { $0.hasSuffix("-partial") })
        }
    }

    @Test func twoPullsShareTheWork() async throws {
        try await withRegistry { registry, folder, pull, name in
            let store = ModelStore(root: folder.root)
            let other = ModelPull(store: store, access: try .forTests())
            async let one = pull.run(name, isInsecure: true) { _ in }
            async let two = other.run(name, isInsecure: true) { _ in }
            _ = try await (one, two)
            let digest = FakeRegistry.manifest.layers[0].digest.description
            #expect(registry.seen.filter { $0.path.contains(digest) }.count == 6, "six parts, each once")
            #expect(try weights(folder, name) == Data(FakeRegistry.weights))
            #expect(folder.files("blobs").count == 2)
        }
    }

    @Test func replacedModelsLeaveNothing() async throws {
        try await withRegistry { _, folder, pull, name in
            try folder.addModel(name.display, weights: "old")
            let lines = Mutex<[String]>([])
            try await pull.run(name, isInsecure: true) { status in lines.withLock { $0.append(status.text) } }
            #expect(lines.withLock { $0 }.suffix(2) == ["removing unused layers", "success"])
            #expect(folder.files("blobs").count == 2)
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        try await withRegistry { _, _, pull, name in
            let absent = try ModelName("http://\(name.host)/library/m:other")
            await #expect {
                try await pull.run(absent, isInsecure: true) { _ in }
            } throws: { "\($0)" == "pull model manifest: file does not exist" }
            await #expect {
                try await pull.run(name) { _ in }
            } throws: { "\($0)" == "insecure protocol http" }
            let nowhere = try ModelName("http://127.0.0.1:1/library/m")
            await #expect {
                try await pull.run(nowhere, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("cannot connect") }
        }
    }

    @Test func insecureFindsARegistryWithoutEncryption() async throws {
        try await withRegistry { _, folder, pull, name in
            let bare = try ModelName("\(name.host)/library/m")
            await #expect(throws: ModelStorageError.self) { try await pull.run(bare) { _ in } }
            try await pull.run(bare, isInsecure: true) { _ in }
            #expect(try weights(folder, bare) == Data(FakeRegistry.weights))
        }
    }

    // MARK: Who asks

    @Test(arguments: [
        ("Bearer secret", ["SWIFTLLM_REGISTRY_TOKENS": "HOST=secret"]),
        ("Basic dTpwOnE=", ["SWIFTLLM_REGISTRY_TOKENS": "elsewhere=x,HOST=u:p:q"]),
    ])
    func credentialsAreSaid(header: String, environment: [String: String]) async throws {
        try await withRegistry(FakeRegistry.Behaviour(authorization: header), environment) { _, folder, pull, name in
            try await pull.run(name, isInsecure: true) { _ in }
            #expect(try weights(folder, name) == Data(FakeRegistry.weights))
        }
    }

    @Test func strangersAreToldWhatToDo() async throws {
        let behaviour = FakeRegistry.Behaviour(authorization: "Bearer other", givesTokens: false)
        try await withRegistry(behaviour) { registry, folder, pull, name in
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { error in
                let text = "\(error)"
                return text.contains("unauthorized: \(name.host)") && text.contains("who are you?")
                    && text.contains("SWIFTLLM_REGISTRY_TOKENS=\(name.host)=TOKEN")
            }
            registry.change { $0.realm = "http://169.254.169.254/token" }
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("sends to another host for a token") }
            #expect(folder.files("manifests") == [])
        }
    }

    @Test func anotherHostDoesNotLearnTheToken() async throws {
        let storage = FakeRegistry()
        try await storage.serve { place in
            let behaviour = FakeRegistry.Behaviour(redirect: "http://\(place)", authorization: "Bearer t")
            try await withRegistry(behaviour) { registry, folder, pull, name in
                try await pull.run(name, isInsecure: true) { _ in }
                #expect(try weights(folder, name) == Data(FakeRegistry.weights))
                #expect(registry.seen.contains { $0.authorization == "Bearer t" })
                #expect(!storage.seen.isEmpty && storage.seen.allSatisfy { $0.authorization == nil })
            }
        }
    }

    @Test func mirrorsAnswerForOthers() async throws {
        try await withRegistry(
            FakeRegistry.Behaviour(), ["SWIFTLLM_REGISTRY_MIRRORS": "registry.ollama.ai=http://HOST"]
        ) {
            registry, folder, pull, _ in
            try await pull.run(ModelName("m")) { _ in }
            #expect(try weights(folder, ModelName("m")) == Data(FakeRegistry.weights))
            #expect(folder.files("manifests") == ["registry.ollama.ai/library/m/latest"])
        }
    }

    // MARK: The disk

    @Test func whatCannotBeWrittenIsSaid() async throws {
        try await withRegistry { _, folder, pull, name in
            // A file where the folder of blobs should be: also root cannot write there.
            try folder.write("", to: "blobs")
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("blobs") && "\($0)".contains("expected a folder") }
        }
    }

    @Test func tooLargeModelsAreRefusedAtOnce() async throws {
        try await withRegistry { registry, folder, pull, name in
            let digest = BlobDigest(SHA256.hash(Array("far".utf8)))
            let layer = Layer(mediaType: MediaType.model, digest: digest, byteCount: 1 << 60)
            let manifest = Manifest(config: FakeRegistry.manifest.layers[0], layers: [layer])
            registry.state.withLock { $0.manifests["library/m/latest"] = manifest.bytes }
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("not enough space") }
            #expect(!registry.seen.contains { $0.path.contains("/blobs/") })
        }
    }

    /// What an interrupted pull has fetched stays for long, what nobody will ever need does not.
    @Test func housekeepingLeavesWhatIsUnderWay() async throws {
        try await withRegistry { registry, folder, pull, name in
            let task = Task {
                try await pull.run(name, isInsecure: true) { status in
                    // The weights are whole; the config never comes.
                    if status.total == 300_000, status.completed == 300_000 { registry.change { $0.failures = 10_000 } }
                }
            }
            await #expect(throws: ModelStorageError.self) { try await task.value }
            let files = folder.files("blobs")
            for file in files { try folder.age("blobs/" + file, hours: 48) }
            try folder.write("x", to: "blobs/incoming-1-partial")
            try folder.age("blobs/incoming-1-partial", hours: 48)
            try folder.store.prune()
            #expect(folder.files("blobs") == files)
            for file in files { try folder.age("blobs/" + file, hours: 24 * 30) }
            try folder.store.prune()
            #expect(folder.files("blobs") == [])
        }
    }
}
