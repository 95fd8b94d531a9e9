import Compute
import Foundation
import GGUF
import Models
import Platform
import TestSupport
import Testing

/// Models whose weights are mapped from packed files compute what they do otherwise.
@Suite(.serialized) struct PackedModelTests {
    private let folder = TemporaryFolder()
    private static let gang = ThreadGang(threadCount: 2)
    private static let files = Set(Golden.names.compactMap { try? Golden(named: $0).model }).sorted()

    private func pack(_ file: GGUFFile, to path: String) throws {
        let weights = WeightList()
        _ = try Model(file, backend: weights)
        try PackedFileWriter(weights.sources, of: file.packedSources).write(to: path, gang: Self.gang) { _ in }
    }

    private func copy(_ golden: String, to name: String) throws -> String {
        try folder.write([UInt8](Fixtures.data("goldens/\(golden).gguf")), to: name)
    }

    @Test(arguments: files)
    func logitsAreTheSameBits(name: String) throws {
        let path = Fixtures.path("goldens/\(name)")
        try pack(GGUFFile(path: path), to: folder.path("model.packed"))
        let tokens: [Int32] = [1, 7, 3, 20, 5]
        var mapped = try LoneSequence(path, length: 8, packed: folder.path("model.packed"))
        var loaded = try LoneSequence(path, length: 8)
        #expect(mapped.logits(tokens) == loaded.logits(tokens))
        #expect(mapped.memory.mappedBytes > 0)
        #expect(mapped.memory.mappedBytes + mapped.memory.weightBytes == loaded.memory.weightBytes)
    }

    /// Parts of a split model, whichever is named.
    @Test func splitModels() throws {
        let paths = try split(GGUFFile(path: Fixtures.path("goldens/llama.gguf")))
        let file = try GGUFFile(path: paths[1])
        let path = try #require(PackedFiles().path(for: file))
        #expect(path == paths[0] + ".packed")
        try pack(file, to: path)
        var mapped = try LoneSequence(paths[0], length: 8, packed: path)
        var whole = try LoneSequence(Fixtures.path("goldens/llama.gguf"), length: 8)
        #expect(mapped.logits([1, 2, 3]) == whole.logits([1, 2, 3]))
        #expect(mapped.memory.mappedBytes + mapped.memory.weightBytes == whole.memory.weightBytes)
        #expect(mapped.memory.mappedBytes > 10 * mapped.memory.weightBytes)
    }

    /// Writes the tensors of a model to two files.
    private func split(_ file: GGUFFile) throws -> [String] {
        try (0..<2).map { index in
            var metadata = index == 0 ? file.metadata : Metadata()
            metadata["split.no"] = .uint16(UInt16(index))
            metadata["split.count"] = .uint16(2)
            metadata["split.tensors.count"] = .int32(Int32(file.tensors.count))
            let tensors = file.tensors.enumerated().filter { $0.offset % 2 == index }.map(\.element)
            let path = folder.path("m-0000\(index + 1)-of-00002.gguf")
            let plans = tensors.map { TensorPlan(name: $0.name, shape: $0.shape, type: $0.type) }
            var writer = try GGUFWriter(path: path, metadata: metadata, tensors: plans)
            for tensor in tensors {
                try tensor.bytes.withBytes { bytes throws(GGUFError) in try writer.write(bytes) }
            }
            try writer.finish()
            return path
        }
    }

    @Test func packedFilesAreFound() throws {
        let path = try copy("llama", to: "model.gguf")
        let file = try GGUFFile(path: path)
        var files = PackedFiles()
        #expect(found(files.find(for: file)) == nil)
        try pack(file, to: path + ".packed")
        #expect(found(files.find(for: file)) == path + ".packed")
        // A folder comes first, what lies beside the model second.
        files.folder = folder.path("")
        let other = try #require(files.path(for: file))
        #expect(other.hasPrefix(folder.path("") + "/model.gguf-") && other.hasSuffix(".packed"))
        #expect(found(files.find(for: file)) == path + ".packed")
        try pack(file, to: other)
        #expect(found(files.find(for: file)) == other)
        try FileSystem.touch(path)
        let reason = try #require(found(files.find(for: GGUFFile(path: path))))
        #expect(reason.contains("has changed since it was packed: its time was"))
    }

    /// A store sets the time of a blob that is wanted again; its name says what it holds.
    @Test func theTimeOfABlobSaysNothing() throws {
        for name in ["blobs", "packed"] { try FileSystem.createFolder(folder.path(name)) }
        let blob = "sha256-" + String(repeating: "1b", count: 32)
        let path = try copy("llama", to: "blobs/" + blob)
        let file = try GGUFFile(path: path)
        let packed = try #require(PackedFiles().path(for: file))
        #expect(packed == folder.path("packed/\(blob).packed"))
        try pack(file, to: packed)
        try FileSystem.touch(path)
        #expect(try found(PackedFiles().find(for: GGUFFile(path: path))) == packed)
    }

    @Test func bundledModelsHaveNoPackedFile() throws {
        let file = try GGUFFile(bytes: EmbeddedFiles.model)
        #expect(PackedFiles(folder: "/nowhere").path(for: file) == nil)
        #expect(found(PackedFiles().find(for: file)) == nil)
    }

    /// The path of a file that can be used, or why it cannot; nil if there is none.
    private func found(_ finding: PackedFiles.Finding) -> String? {
        switch finding {
        case .nothing: nil
        case .usable(let packed): packed.path
        case .unusable(let error): "\(error)"
        }
    }

    @Test func onlyOldLeftoversAreRemoved() throws {
        let path = folder.path("model.gguf.packed")
        for name in ["model.gguf.packed.1.partial", "model.gguf.packed.2.partial", "other.packed.1.partial"] {
            try folder.write([1], to: name)
        }
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -7200)]
        for name in ["model.gguf.packed.1.partial", "other.packed.1.partial"] {
            try FileManager.default.setAttributes(old, ofItemAtPath: folder.path(name))
        }
        PackedFiles.removeLeftovers(of: path)
        let left = try FileSystem.names(in: folder.path(""))
        #expect(left == ["model.gguf.packed.2.partial", "other.packed.1.partial"])
    }
}
