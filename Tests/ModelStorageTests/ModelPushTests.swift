import Foundation
import HTTP
import Hashing
import ModelStorage
import Synchronization
import Testing

/// Models sent to a registry of the test's own, over real sockets.
@Suite(.timeLimit(.minutes(3))) struct ModelPushTests {
    private static let text = String(repeating: "weights of a model ", count: 20_000)

    /// Sends a model and compares what the registry has then.
    private func push(
        _ behaviour: FakeRegistry.Behaviour, _ check: (FakeRegistry, [ModelPush.Status]) async throws -> Void
    ) async throws {
        let registry = FakeRegistry(behaviour)
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let name = try ModelName("http://\(authority)/user/sent:q4")
            let manifest = try folder.addModel(
                name.display, weights: Self.text, texts: [(MediaType.system, "Be brief.")])
            let lines = Mutex<[ModelPush.Status]>([])
            try await ModelPush(store: folder.store, access: try .forTests()).run(name, isInsecure: true) { status in
                lines.withLock { $0.append(status) }
            }
            let stored = registry.state.withLock { $0 }
            #expect(stored.manifests["user/sent/q4"] == manifest.bytes)
            for blob in manifest.blobs {
                let bytes = try #require(stored.blobs[blob.digest.description])
                #expect(FakeRegistry.digest(bytes) == blob.digest.description)
            }
            try await check(registry, lines.withLock { $0 })
        }
    }

    @Test(arguments: [
        FakeRegistry.Behaviour(), FakeRegistry.Behaviour(uploadFailures: 3),
        FakeRegistry.Behaviour(uploadFailures: 2, losesUploads: true),
        FakeRegistry.Behaviour(authorization: "Bearer t"),
    ])
    func modelsArrive(behaviour: FakeRegistry.Behaviour) async throws {
        try await push(behaviour) { registry, lines in
            let texts = lines.map(\.text)
            #expect(texts.first == "retrieving manifest" && texts.suffix(2) == ["pushing manifest", "success"])
            let short = BlobDigest(SHA256.hash(Array(Self.text.utf8))).short
            let own = lines.filter { $0.text == "pushing \(short)" }
            #expect(own.last?.completed == Self.text.utf8.count && own.allSatisfy { $0.total == Self.text.utf8.count })
        }
    }

    @Test func whatIsThereIsNotSentAgain() async throws {
        let registry = FakeRegistry()
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let name = try ModelName("http://\(authority)/user/sent")
            try folder.addModel(name.display, weights: Self.text)
            let push = ModelPush(store: folder.store, access: try .forTests())
            try await push.run(name, isInsecure: true) { _ in }
            let count = registry.seen.count
            try await push.run(name, isInsecure: true) { _ in }
            #expect(!registry.seen[count...].contains { $0.method == "PATCH" || $0.method == "POST" })
            await #expect(throws: ModelStorageError.registry(.insecureProtocol)) { try await push.run(name) { _ in } }
        }
    }

    @Test func unknownModelsAreSaid() async throws {
        let folder = try TemporaryStore()
        let push = ModelPush(store: folder.store, access: try .forTests())
        let lines = Mutex<[String]>([])
        await #expect(throws: ModelStorageError.modelNotFound("none:latest")) {
            try await push.run(ModelName("none")) { status in lines.withLock { $0.append(status.text) } }
        }
        #expect(lines.withLock { $0 } == ["retrieving manifest", "couldn't retrieve manifest"])
    }
}
