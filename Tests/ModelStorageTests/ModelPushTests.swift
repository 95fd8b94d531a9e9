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

    /// A push that ends in the middle of a blob: the next one goes on there, or begins anew where that is forgotten.
    @Test(arguments: [true, false]) func brokenPushesGoOn(isKnown: Bool) async throws {
        // One piece is taken, then half of what is left, and half of that, until it is given up.
        let registry = FakeRegistry(FakeRegistry.Behaviour(uploadFailures: 1000, uploadsBeforeFailures: 1))
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let name = try ModelName("http://\(authority)/user/sent")
            let manifest = try folder.addModel(name.display, weights: Self.text)
            var access = try RegistryAccess.forTests()
            access.tuning.attempts = 1
            let push = ModelPush(store: folder.store, access: access)
            await #expect(throws: ModelStorageError.self) { try await push.run(name, isInsecure: true) { _ in } }
            let notes = folder.files("blobs").filter { $0.hasPrefix("push-") && $0.hasSuffix("-partial") }
            #expect(notes.count == 1)
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path("blobs/\(notes[0])"))
            #expect(mode[.posixPermissions] as? Int == 0o600)
            for file in folder.files("blobs") where file.hasPrefix("push-") {
                try folder.age("blobs/" + file, hours: 48)
            }
            try folder.store.prune()
            #expect(folder.files("blobs").contains(notes[0]))
            registry.change { $0.uploadFailures = 0 }
            let taken = registry.state.withLock { state in
                if !isKnown { state.uploads = ["0": []] }
                return state.uploads["0"]?.count ?? 0
            }
            let count = registry.seen.count
            try await push.run(name, isInsecure: true) { _ in }
            let seen = registry.seen[count...]
            let first = seen.first { $0.method == "PATCH" }?.range
            #expect(first?.hasPrefix(isKnown ? "\(taken)-" : "0-") == true && (isKnown ? taken > 100_000 : taken == 0))
            // The config is begun in any case.
            #expect(seen.count { $0.method == "POST" } == (isKnown ? 1 : 2))
            let stored = registry.state.withLock { $0.blobs }
            #expect(manifest.blobs.allSatisfy { stored[$0.digest.description] != nil })
            #expect(!folder.files("blobs").contains { $0.hasPrefix("push-") })
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
