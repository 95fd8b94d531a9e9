import Foundation
import GGUF
import Platform
import Quantization
import TestSupport
import Testing

/// Models written anew: types as the mix has them, weights as the type's encoder gives them, all else as it was.
@Suite struct GGUFQuantizerTests {
    @Test(arguments: ["llama", "llama-moe", "gemma3", "qwen2-untied"], QuantizationMix.all.map(\.name))
    func tensorsHaveTheirTypesAndWeights(model: String, name: String) async throws {
        let mix = try #require(QuantizationMix(name: name))
        let source = try GGUFFile(path: Fixtures.path("goldens/\(model).gguf"))
        let folder = try TemporaryFolder()
        let result = try await quantize(source, mix, to: folder.path("model.gguf"), taskCount: 3)
        #expect(result.tensors.map(\.name) == source.tensors.map(\.name))
        #expect(result.tensors.map(\.shape) == source.tensors.map(\.shape))
        for (tensor, original) in zip(result.tensors, source.tensors) {
            #expect(try bytes(of: tensor) == converted(original, to: tensor.type), "\(tensor.name)")
        }
    }

    @Test func metadataTellsTheNewType() async throws {
        let source = try GGUFFile(path: Fixtures.path("goldens/llama.gguf"))
        let folder = try TemporaryFolder()
        let mix = try #require(QuantizationMix(name: "Q5_K_M"))
        let result = try await quantize(source, mix, to: folder.path("model.gguf"), taskCount: 1)
        #expect(try result.metadata.integer("general.file_type") == 17)
        #expect(try result.metadata.integer("general.quantization_version") == 2)
        let added = ["general.file_type", "general.quantization_version"]
        #expect(
            result.metadata.keys.filter { !added.contains($0) } == source.metadata.keys.filter { !added.contains($0) })
    }

    /// Several chunks to a tensor: the bytes must not depend on how many are converted at a time.
    @Test func filesDoNotDependOnTaskCount() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("large.gguf")
        var generator = SeededGenerator(seed: 7)
        let weights = (0..<1024 * 700).map { _ in Float.random(in: -1...1, using: &generator) }
        let plan = TensorPlan(name: "blk.0.ffn_up.weight", shape: [1024, 700], type: .f32)
        try write([(plan, weights)], metadata: Self.metadata, to: path)
        let source = try GGUFFile(path: path)
        let mix = try #require(QuantizationMix(name: "Q4_K_M"))
        var files: [Data] = []
        for count in [1, 2, 16] {
            var progress: [Int] = []
            let target = folder.path("\(count).gguf")
            try await GGUFQuantizer(source, mix: mix).write(to: target, taskCount: count) { progress.append($0) }
            files.append(try Data(contentsOf: URL(filePath: target)))
            #expect(progress.sorted() == progress && progress.last == weights.count * 4)
        }
        #expect(files[1] == files[0] && files[2] == files[0])
        #expect(
            try bytes(of: GGUFFile(path: folder.path("1.gguf")).tensors[0]) == converted(source.tensors[0], to: .q4_K))
    }

    @Test func partsBecomeOneFile() async throws {
        let folder = try TemporaryFolder()
        for part in 0..<2 {
            var metadata = Self.metadata
            metadata["split.no"] = .uint16(UInt16(part))
            metadata["split.count"] = .uint16(2)
            metadata["split.tensors.count"] = .int32(2)
            let plan = TensorPlan(name: "blk.\(part).ffn_up.weight", shape: [256, 2], type: .f32)
            let weights = (0..<512).map { Float($0 * (part + 1)) }
            try write([(plan, weights)], metadata: metadata, to: folder.path("m-0000\(part + 1)-of-00002.gguf"))
        }
        let source = try GGUFFile(path: folder.path("m-00002-of-00002.gguf"))
        let mix = try #require(QuantizationMix(name: "Q8_0"))
        let result = try await quantize(source, mix, to: folder.path("whole.gguf"), taskCount: 2)
        #expect(result.parts.count == 1)
        #expect(!result.metadata.keys.contains { $0.hasPrefix("split.") })
        #expect(result.tensors.map(\.type) == [.q8_0, .q8_0])
    }

    @Test func missingMetadataIsAnError() throws {
        let file = try GGUFFile(path: Fixtures.path("gguf/all-types.gguf"))
        let mix = try #require(QuantizationMix(name: "Q8_0"))
        let architecture = try file.metadata.string("general.architecture")
        #expect(throws: GGUFError.missingKey("\(architecture).block_count", expected: "integer")) {
            try GGUFQuantizer(file, mix: mix)
        }
    }

    private static var metadata: Metadata {
        var metadata = Metadata()
        metadata["general.architecture"] = .text("llama")
        metadata["llama.block_count"] = .uint32(2)
        return metadata
    }

    private func write(
        _ tensors: [(plan: TensorPlan, weights: [Float])], metadata: Metadata, to path: String
    ) throws {
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: tensors.map(\.plan))
        for tensor in tensors { try tensor.weights.withBytes { try writer.write($0) } }
        try writer.finish()
    }

    private func quantize(
        _ file: GGUFFile, _ mix: QuantizationMix, to path: String, taskCount: Int
    ) async throws -> GGUFFile {
        let quantizer = try GGUFQuantizer(file, mix: mix)
        try await quantizer.write(to: path, taskCount: taskCount) { _ in }
        let result = try GGUFFile(path: path)
        #expect(result.tensors.map(\.type) == quantizer.changes.map(\.type))
        return result
    }

    private func bytes(of tensor: TensorInfo) -> [UInt8] {
        tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }
    }

    /// The whole tensor at once, through the safe edge of the type.
    private func converted(_ tensor: TensorInfo, to type: QuantizationType) throws -> [UInt8] {
        if type == tensor.type { return bytes(of: tensor) }
        var weights = [Float](repeating: 0, count: tensor.weightCount)
        var span = weights.mutableSpan
        try tensor.bytes.withBytes { try tensor.type.decode($0, into: &span) }
        var result = [UInt8](repeating: 0, count: try #require(type.byteCount(weights: weights.count)))
        var resultSpan = result.mutableSpan
        try type.encode(weights.span, into: &resultSpan)
        return result
    }
}
