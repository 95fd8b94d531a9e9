import Compute
import Foundation
import GGUF
import Inference
import Models
import Platform
import Synchronization
import TestSupport
import Testing

/// Loading beside memory that is made up.
@Suite(.serialized) struct LoadedModelTests {
    private static let gang = ThreadGang(threadCount: 2)
    private let folder = TemporaryFolder()

    @Test func mappedWeightsGiveWay() {
        let own = WeightRoom(ownBytes: 900, mappedBytes: 0, limitBytes: 1000)
        #expect(own.freeBytes == 100 && !own.streams(besides: 5000))
        let small = WeightRoom(ownBytes: 0, mappedBytes: 600, limitBytes: 1000)
        #expect(small.freeBytes == 400 && !small.streams(besides: 400) && small.streams(besides: 401))
        let large = WeightRoom(ownBytes: 200, mappedBytes: 5000, limitBytes: 1000)
        #expect(large.weightBytes == 5200 && large.freeBytes == 200 && large.streams(besides: 0))
        #expect(WeightRoom(ownBytes: 1200, mappedBytes: 10, limitBytes: 1000).freeBytes < 0)
    }

    @Test func aModelLargerThanMemoryRunsFromItsPackedFile() async throws {
        let path = try folder.write([UInt8](Fixtures.data("goldens/llama.gguf")), to: "model.gguf")
        let file = try GGUFFile(path: path)
        let notices = Notices()
        var options = LoadOptions(memoryLimit: Model.weightBytes(of: file) - 1)
        options.contextLength = 16
        options.rowCount = 8
        options.sequenceCount = 1
        options.notify = { notice in notices.texts.withLock { $0.append("\(notice)") } }
        #expect(throws: LoadError.self) { try LoadedModel(file, gang: Self.gang, options: options) }
        try pack(file)
        let model = try LoadedModel(file, gang: Self.gang, options: options)
        #expect(notices.texts.withLock(\.count) == 1)
        #expect(notices.texts.withLock { $0[0] }.contains("do not fit in"))
        #expect(model.weightBytes >= options.memoryLimit && model.memoryBytes > model.weightBytes)
        model.shutDown()
        // With room for all of it there is nothing to say.
        options.memoryLimit = 1 << 30
        let roomy = try LoadedModel(file, gang: Self.gang, options: options)
        #expect(notices.texts.withLock(\.count) == 1)
        #expect(roomy.weightBytes == model.weightBytes)
        roomy.shutDown()
    }

    @Test func weightsOfAChangedModelAreNotUsed() throws {
        let path = try folder.write([UInt8](Fixtures.data("goldens/llama.gguf")), to: "model.gguf")
        try pack(GGUFFile(path: path))
        try FileSystem.touch(path)
        let notices = Notices()
        var options = LoadOptions(memoryLimit: 1 << 30)
        options.notify = { notice in notices.texts.withLock { $0.append("\(notice)") } }
        try LoadedModel(GGUFFile(path: path), gang: Self.gang, options: options).shutDown()
        #expect(notices.texts.withLock { $0.first ?? "" }.contains("packed weights are not used"))
    }

    private func pack(_ file: GGUFFile) throws {
        let weights = WeightList()
        _ = try Model(file, backend: weights)
        let path = try #require(PackedFiles().path(for: file))
        try PackedFileWriter(weights.sources, of: file.packedSources).write(to: path, gang: Self.gang) { _ in }
    }

    private final class Notices: Sendable {
        let texts = Mutex<[String]>([])
    }
}
