import Foundation
import GGUF
import HTTP
import Hashing
import JSON
import ModelStorage
import Platform
import Synchronization
import TestSupport
import Testing

/// Models in several files, from registries that have them as layers and from Hugging Face's repositories.
@Suite(.timeLimit(.minutes(3))) struct SplitPullTests {
    private static let parts = (1...3).map { part in
        try! Array(Data(contentsOf: Fixtures.root.appending(path: "fixtures/gguf/split-0000\(part)-of-00003.gguf")))
    }
    private static let refusal =
        "The specified tag is a sharded GGUF. Ollama does not support this yet. Please use another tag"

    /// Runs a test against a registry that is both.
    private func withRegistry(
        _ body: (FakeRegistry, TemporaryStore, ModelPull, _ authority: String) async throws -> Void
    ) async throws {
        let registry = FakeRegistry(FakeRegistry.Behaviour(refusal: Self.refusal))
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let mirror = ["SWIFTLLM_REGISTRY_MIRRORS": "hf.co=http://\(authority)"]
            let pull = ModelPull(store: folder.store, access: try .forTests(mirror))
            try await body(registry, folder, pull, authority)
        }
    }

    private static func files(_ numbers: [Int] = [1, 2, 3]) -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: numbers.map { ("Q8_0/m-Q8_0-0000\($0)-of-00003.gguf", parts[$0 - 1]) })
    }

    @Test func repositoriesOfPartsArrive() async throws {
        try await withRegistry { registry, folder, pull, _ in
            registry.add(Self.files())
            registry.add(["README.md": [], "params": Array(#"{"stop":["<end>"]}"#.utf8), "system": Array("Hi.".utf8)])
            let name = try ModelName("hf.co/user/repo:q8_0")
            let lines = Mutex<[String]>([])
            let manifest = try await pull.run(name) { status in lines.withLock { $0.append(status.text) } }
            let model = try folder.store.open(name)
            let file = try model.openWeights()
            #expect(file.parts.map(\.count) == Self.parts.map(\.count) && !file.tensors.isEmpty)
            #expect(model.system == "Hi." && model.parameters["stop"] == ["<end>"])
            let facts = try WeightsFacts(file)
            #expect(model.config.format == "gguf" && model.config.family == facts.architecture)
            #expect(model.config.parameterSize == facts.parameterSize)
            let texts = lines.withLock { $0 }.filter { !$0.hasPrefix("pulling ") || $0 == "pulling manifest" }
            #expect(texts == ["pulling manifest", "verifying sha256 digest", "writing manifest", "success"])
            // Again: nothing but what may have changed is asked for.
            let count = registry.seen.count
            #expect(try await pull.run(name) { _ in } == manifest)
            #expect(!registry.seen[count...].contains { $0.path.contains("gguf") })
            // And what was pulled goes as one.
            try folder.store.delete(name)
            #expect(folder.files("blobs") == [])
        }
    }

    @Test func brokenTransfersOfPartsGoOn() async throws {
        try await withRegistry { registry, folder, pull, _ in
            registry.add(Self.files())
            registry.change { ($0.cuts, $0.failures) = (4, 3) }
            let name = try ModelName("hf.co/user/repo:Q8_0")
            try await pull.run(name) { _ in }
            #expect(try folder.store.open(name).openWeights().parts.count == 3)
        }
    }

    /// Nothing appears of what is not whole, and what is wrong is said.
    @Test func repositoriesOfNoWholeModelAreRefused() async throws {
        try await withRegistry { registry, folder, pull, _ in
            let name = try ModelName("hf.co/user/repo:Q8_0")
            func refusal() async throws -> String {
                do { try await pull.run(name) { _ in } } catch { return "\(error)" }
                return ""
            }
            #expect(try await refusal().contains(Self.refusal), "without GGUF files the registry's words count")
            registry.add(Self.files([1, 3]))
            #expect(try await refusal().hasSuffix("one of 3 parts, of which these are missing: 2"))
            registry.add(["Q8_0/m-Q8_0-00002-of-00003.gguf": Self.parts[0]])
            #expect(try await refusal().contains("split"))
            registry.add(Self.files([2]))
            registry.change { $0.damagesBlobs = true }
            #expect(try await refusal().contains("digest mismatch"))
            #expect(folder.files("manifests") == [])
            registry.change { $0.damagesBlobs = false }
            #expect(try await refusal() == "")
        }
    }

    /// Registries may have parts as layers, in any order.
    @Test(arguments: [[0, 1, 2], [2, 0, 1]]) func layersAreParts(order: [Int]) async throws {
        try await withRegistry { registry, folder, pull, authority in
            try Self.offer(order.map { Self.parts[$0] }, registry)
            let name = try ModelName("http://\(authority)/library/m")
            try await pull.run(name, isInsecure: true) { _ in }
            let file = try folder.store.open(name).openWeights()
            #expect(file.parts.map(\.count) == Self.parts.map(\.count) && !file.tensors.isEmpty)
        }
    }

    @Test(arguments: [[0], [0, 1], [0, 1, 1], [0, 0, 0], [1, 2]]) func layersOfNoWholeModelAreRefused(
        order: [Int]
    ) async throws {
        try await withRegistry { registry, folder, pull, authority in
            try Self.offer(order.map { Self.parts[$0] }, registry)
            let name = try ModelName("http://\(authority)/library/m")
            await #expect {
                try await pull.run(name, isInsecure: true) { _ in }
            } throws: { "\($0)".contains("split") }
            #expect(folder.files("manifests") == [])
        }
    }

    private static func offer(_ parts: [[UInt8]], _ registry: FakeRegistry) throws {
        let layers = parts.map { bytes in
            Layer(mediaType: MediaType.model, digest: BlobDigest(SHA256.hash(bytes)), byteCount: bytes.count)
        }
        let config = try #require(FakeRegistry.manifest.config)
        registry.change { $0.refusal = nil }
        registry.state.withLock { state in
            for bytes in parts { state.blobs[FakeRegistry.digest(bytes)] = bytes }
            state.manifests["library/m/latest"] = Manifest(config: config, layers: layers).bytes
        }
    }
}
