import GGUF
import Inference
import Platform
import Serving
import Synchronization
import Testing

@Suite("Model manager")
struct ModelManagerTests {
    /// The bundled model under some name, and how often it was opened.
    private final class CountedSource: Sendable {
        private let opened = Atomic<Int>(0)
        var openedCount: Int { opened.load(ordering: .relaxed) }

        func source(_ name: String) -> ModelSource {
            ModelSource(name: name, key: name) {
                self.opened.add(1, ordering: .relaxed)
                return try GGUFFile(bytes: EmbeddedFiles.model)
            }
        }
    }

    private func manager(models: Int = 3, idleTime: Duration? = .seconds(300)) -> ModelManager {
        var limits = ModelManager.Limits()
        limits.modelCount = models
        limits.idleTime = idleTime
        limits.load.contextLength = 256
        limits.load.sequenceCount = 2
        return ModelManager(gang: ThreadGang(threadCount: 1), limits: limits)
    }

    @Test("Simultaneous first requests share one load")
    func singleFlight() async throws {
        let counted = CountedSource()
        let manager = manager()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await manager.withModel(counted.source("a")) { model in model.contextLength }
                }
            }
            for try await length in group { #expect(length == 256) }
        }
        #expect(counted.openedCount == 1)
        #expect(await manager.status.map(\.source.name) == ["a"])
        await manager.shutDown()
    }

    @Test("Generating and embedding share the weights")
    func sharedWeights() async throws {
        let manager = manager()
        let counted = CountedSource()
        let source = counted.source("a")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for source in [source, source.forEmbedding, source, source.forEmbedding] {
                group.addTask {
                    try await manager.withModel(source) { model in
                        #expect(source.purpose == .embedding ? model.embedding != nil : model.generation != nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counted.openedCount == 1)
        let status = await manager.status
        let model = try #require(status.first?.model)
        #expect(status.count == 1 && model.generation != nil && model.embedding != nil)
        var alone: [Int] = []
        for source in [source, source.forEmbedding] {
            let manager = self.manager()
            alone.append(try await manager.withModel(source) { $0.memoryBytes })
            await manager.shutDown()
        }
        #expect(model.memoryBytes == alone[0] + alone[1] - model.weightBytes)
        await manager.unload("a")
        #expect(await manager.status.isEmpty)
        await manager.shutDown()
    }

    @Test("A model without idle time goes with its last request")
    func unloadsAtOnce() async throws {
        let manager = manager()
        try await manager.withModel(CountedSource().source("a"), idleTime: .limited(.zero)) { _ in
            #expect(await manager.status.count == 1)
            await manager.unload("a")
            #expect(await manager.status.count == 1, "a request still uses it")
        }
        #expect(await manager.status.isEmpty)
        await manager.shutDown()
    }

    @Test("The idle model that would go first makes room")
    func evicts() async throws {
        let manager = manager(models: 2)
        let counted = CountedSource()
        try await manager.withModel(counted.source("long"), idleTime: .forever) { _ in }
        try await manager.withModel(counted.source("short"), idleTime: .limited(.seconds(100))) { _ in }
        try await manager.withModel(counted.source("third")) { _ in }
        #expect(await manager.status.map(\.source.name) == ["long", "third"])
        await manager.shutDown()
    }

    @Test("What does not load is an error for everybody who waits, and can be tried again")
    func failure() async throws {
        struct Broken: Error {}
        let manager = manager()
        let source = ModelSource(name: "x", key: "x") { throw Broken() }
        for _ in 0..<2 {
            await #expect(throws: Broken.self) { try await manager.withModel(source) { _ in } }
        }
        await manager.shutDown()
        await #expect(throws: InferenceError.shutDown) {
            try await manager.withModel(CountedSource().source("a")) { _ in }
        }
    }
}
