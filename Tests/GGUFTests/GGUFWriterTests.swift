import Foundation
import GGUF
import Platform
import Quantization
import TestSupport
import Testing

/// What our writer writes, our reader reads back the same; what the reference writer wrote, we rewrite byte for byte.
@Suite struct GGUFWriterTests {
    @Test(arguments: ["all-types", "alignment-128", "vocabulary"])
    func rewritesReferenceFilesByteForByte(name: String) throws {
        let original = try GGUFFile(path: Fixtures.path("gguf/\(name).gguf"))
        let folder = try TemporaryFolder()
        let path = folder.path("copy.gguf")
        try write(original, to: path)
        let written = try Data(contentsOf: URL(filePath: path))
        let expected = try Fixtures.data("gguf/\(name).gguf")
        // The reference writer pads the last tensor too, as ours; a header without tensors it leaves unpadded.
        #expect(written.prefix(expected.count) == expected)
        #expect(written.dropFirst(expected.count).allSatisfy { $0 == 0 })
    }

    @Test(arguments: QuantizationType.allCases, [UInt32(2), 3])
    func everyTensorTypeComesBack(type: QuantizationType, version: UInt32) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let plan = TensorPlan(name: "t", shape: [type.weightsPerBlock * 2, 3], type: type)
        let weights = (0..<type.bytesPerBlock * 6).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var writer = try GGUFWriter(path: path, metadata: Metadata(), tensors: [plan], version: version)
        try weights.withBytes { bytes in
            try writer.write(bytes.extracting(first: 1))
            try writer.write(bytes.extracting(droppingFirst: 1))
        }
        try writer.finish()
        let file = try GGUFFile(path: path)
        #expect(file.version == Int(version))
        let tensor = try file.tensor("t")
        #expect(tensor.type == type)
        #expect(tensor.shape == plan.shape)
        #expect(tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) } == weights)
    }

    @Test func everyMetadataTypeComesBack() throws {
        var metadata = Metadata()
        metadata["uint8"] = .uint8(.max)
        metadata["int8"] = .int8(.min)
        metadata["uint16"] = .uint16(.max)
        metadata["int16"] = .int16(.min)
        metadata["uint32"] = .uint32(.max)
        metadata["int32"] = .int32(.min)
        metadata["uint64"] = .uint64(.max)
        metadata["int64"] = .int64(.min)
        metadata["float32"] = .float32(.nan)
        metadata["float64"] = .float64(-.infinity)
        metadata["bool"] = .bool(false)
        metadata["text"] = .text("a\u{0}b")
        metadata["bytes"] = .string(MetadataString(bytes: [0xC0, 0x80]))
        metadata["array"] = .array(MetadataArray([Int16(-1), 2]))
        metadata["empty"] = .array(MetadataArray([String]()))
        metadata["nested"] = .array(MetadataArray([MetadataArray(["x"]), MetadataArray([true, false])]))
        let folder = try TemporaryFolder()
        let path = folder.path("metadata.gguf")
        try GGUFWriter(path: path, metadata: metadata, tensors: []).finish()
        let read = try GGUFFile(path: path).metadata
        #expect(read.keys == metadata.keys)
        for key in metadata.keys { #expect(read[key] == metadata[key], "\(key)") }
        #expect(throws: GGUFError.outOfRange(key: "bytes", expected: "UTF-8 text", found: "other bytes")) {
            try read.string("bytes")
        }
    }

    @Test func anUnfinishedFileLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        try Data("old".utf8).write(to: URL(filePath: path))
        let plan = TensorPlan(name: "t", shape: [4], type: .f32)
        #expect(throws: GGUFError.missingWeights(tensor: "t")) {
            try GGUFWriter(path: path, metadata: Metadata(), tensors: [plan]).finish()
        }
        #expect(throws: GGUFError.tensorSize(tensor: "t", expected: 16, found: 17)) {
            var writer = try GGUFWriter(path: path, metadata: Metadata(), tensors: [plan])
            try [UInt8](repeating: 0, count: 17).withBytes { try writer.write($0) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.gguf"])
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
    }

    @Test func plansAreHeldToTheRulesOfFiles() throws {
        let folder = try TemporaryFolder()
        func expect(_ error: GGUFError, _ plans: [TensorPlan]) {
            #expect(throws: error) {
                try GGUFWriter(path: folder.path("x"), metadata: Metadata(), tensors: plans).finish()
            }
        }
        let plan = TensorPlan(name: "t", shape: [32], type: .f32)
        expect(.duplicateTensor("t"), [plan, plan])
        expect(
            .partialBlock(tensor: "t", type: .q4_0, rowLength: 33), [TensorPlan(name: "t", shape: [33], type: .q4_0)])
        expect(.invalidShape(tensor: "t", found: [1, 0]), [TensorPlan(name: "t", shape: [1, 0], type: .f32)])
        expect(
            .tooManyDimensions(tensor: "t", found: 5, limit: 4),
            [TensorPlan(name: "t", shape: [1, 1, 1, 1, 1], type: .f32)])
        expect(
            .invalidShape(tensor: "t", found: [1 << 40, 1 << 40]),
            [TensorPlan(name: "t", shape: [1 << 40, 1 << 40], type: .f32)])
    }

    @Test func devicesAndFoldersAreNotReplaced() throws {
        #expect(throws: GGUFError.file(.notWritable(path: "/dev/null", reason: "not a regular file"))) {
            try GGUFWriter(path: "/dev/null", metadata: Metadata(), tensors: []).finish()
        }
        let folder = try TemporaryFolder()
        #expect(throws: GGUFError.file(.isDirectory(path: folder.path))) {
            try GGUFWriter(path: folder.path, metadata: Metadata(), tensors: []).finish()
        }
    }

    private func write(_ file: GGUFFile, to path: String) throws {
        let plans = file.tensors.map { TensorPlan(name: $0.name, shape: $0.shape, type: $0.type) }
        var writer = try GGUFWriter(path: path, metadata: file.metadata, tensors: plans)
        for tensor in file.tensors { try tensor.bytes.withBytes { try writer.write($0) } }
        try writer.finish()
    }
}
