import Foundation
import GGUF
import Platform
import Quantization
import TestSupport
import Testing

/// Files written by the reference writer, read by ours.
@Suite struct GGUFFileTests {
    /// What the reference reader found, stored beside the file.
    struct Description: Decodable {
        struct Tensor: Decodable {
            let name: String
            let shape: [Int]
            let type: String
            let offset: Int
            let bytes: Int
        }
        let keys: [String]
        let tensors: [Tensor]
    }

    @Test(arguments: ["all-types", "alignment-128"])
    func agreesWithTheReferenceReader(name: String) throws {
        let expected = try Fixtures.json("gguf/\(name).json", as: Description.self)
        let file = try GGUFFile(path: Fixtures.path("gguf/\(name).gguf"))
        #expect(file.version == 3)
        #expect(file.metadata.keys == expected.keys)
        #expect(file.tensors.map(\.name) == expected.tensors.map(\.name))
        for (tensor, expected) in zip(file.tensors, expected.tensors) {
            #expect(tensor.shape == expected.shape)
            #expect(tensor.type.name == expected.type)
            #expect(tensor.bytes.range == expected.offset..<expected.offset + expected.bytes)
            #expect(tensor.weightCount == tensor.rowLength * tensor.rowCount)
        }
    }

    @Test func readsEveryScalarType() throws {
        let metadata = try GGUFFile(path: Fixtures.path("gguf/all-types.gguf")).metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.integer("test.uint8") == 200)
        #expect(try metadata.integer("test.int8") == -100)
        #expect(try metadata.integer("test.uint16") == 60000)
        #expect(try metadata.integer("test.int16") == -30000)
        #expect(try metadata.integer("test.uint32") == 4_000_000_000)
        #expect(try metadata.integer("test.int32") == -2_000_000_000)
        #expect(try metadata.integer("test.int64") == -(1 << 62))
        #expect(try metadata.float("test.float32") == 1.5)
        #expect(try metadata.float("test.float64") == 0.1)
        #expect(try metadata.float("test.uint8") == 200)
        #expect(try metadata.bool("test.bool"))
        #expect(try metadata.string("test.string") == "grüße 🦙")
        #expect(metadata["test.uint64"]?.integer == Int128(UInt64.max))
    }

    @Test func readsEveryArrayType() throws {
        let metadata = try GGUFFile(path: Fixtures.path("gguf/all-types.gguf")).metadata
        #expect(try metadata.integers("test.array.uint8") == [0, 255])
        #expect(try metadata.integers("test.array.int8") == [-128, 127])
        #expect(try metadata.integers("test.array.uint16") == [65535])
        #expect(try metadata.integers("test.array.int16") == [-32768, 3])
        #expect(try metadata.integers("test.array.uint32") == [4_294_967_295, 7])
        #expect(try metadata.integers("test.array.int32") == [-1, 2, -3])
        #expect(try metadata.integers("test.array.uint64") == [Int.max])
        #expect(try metadata.integers("test.array.int64") == [Int.min, 5])
        #expect(try metadata.floats("test.array.float32") == [0.25, -8])
        #expect(try metadata.floats("test.array.float64") == [0.5, .infinity])
        #expect(try metadata.bools("test.array.bool") == [true, false, true])
        #expect(try metadata.optionalBytes("test.array.uint8") == [0, 255])
        let strings = try metadata.strings("test.array.string")
        #expect((0..<strings.count).map { strings.text(at: $0) } == ["a", "", "ßü"])
        guard case .array(let nested) = metadata["test.nested"] else {
            Issue.record("test.nested is no array")
            return
        }
        #expect(nested.arrays()?.map { $0.integers() } == [[1, 2, 3], [4]])
    }

    @Test func wrongTypesNameKeyExpectedAndFound() throws {
        let metadata = try GGUFFile(path: Fixtures.path("gguf/all-types.gguf")).metadata
        #expect(throws: GGUFError.missingKey("no.such.key", expected: "integer")) {
            try metadata.integer("no.such.key")
        }
        #expect(throws: GGUFError.wrongType(key: "test.string", expected: "integer", found: "string")) {
            try metadata.optionalInteger("test.string")
        }
        #expect(throws: GGUFError.wrongType(key: "test.array.int8", expected: "string", found: "array of 2 int8")) {
            try metadata.string("test.array.int8")
        }
        let tooLarge = GGUFError.outOfRange(
            key: "test.uint64", expected: "at most \(Int.max)", found: "\(UInt64.max)")
        #expect(throws: tooLarge) { try metadata.integer("test.uint64") }
        // 2³² − 1 has more digits than a float32.
        var large = Metadata()
        large["key"] = .uint32(.max)
        #expect(throws: GGUFError.outOfRange(key: "key", expected: "float32", found: "\(UInt32.max)")) {
            try large.float("key")
        }
        #expect(try metadata.optionalString("no.such.key") == nil)
    }

    @Test func tokensKeepTheirBytes() throws {
        let metadata = try GGUFFile(path: Fixtures.path("gguf/vocabulary.gguf")).metadata
        let tokens = try metadata.strings("tokenizer.ggml.tokens")
        #expect(
            (0..<tokens.count).map { tokens.bytes(at: $0) } == [
                Array("<s>".utf8), [0xFF, 0xFE], Array("the".utf8), [0xE2, 0x82],
            ])
        #expect((0..<tokens.count).map { tokens.text(at: $0) } == ["<s>", nil, "the", nil])
        let copied = tokens.withAllBytes { bytes in
            (0..<tokens.count).map { bytes.extracting(tokens.range(at: $0)).littleEndianIntegers(UInt8.self) }
        }
        #expect(copied == (0..<tokens.count).map { tokens.bytes(at: $0) })
        #expect(try metadata.floats("tokenizer.ggml.scores") == [0, -1, -2.5, -3])
    }

    @Test(arguments: 1...3)
    func anyPartOpensTheWholeModel(part: Int) throws {
        let file = try GGUFFile(path: Fixtures.path("gguf/split-0000\(part)-of-00003.gguf"))
        #expect(try file.metadata.string("general.architecture") == "llama")
        #expect(file.tensors.map(\.name) == ["t0", "t1", "t2", "t3", "t4"])
        #expect(file.parts.count == 3)
        for (index, tensor) in file.tensors.enumerated() {
            let values = tensor.bytes.withBytes { $0.littleEndianIntegers(UInt32.self).map(Float.init(bitPattern:)) }
            #expect(values == [Float](repeating: Float(index), count: 6))
        }
        #expect(try file.tensor("t3").shape == [3, 2])
        #expect(throws: GGUFError.missingTensor("t5")) { try file.tensor("t5") }
    }

    @Test func aMissingPartIsNamed() throws {
        let folder = try TemporaryFolder()
        let name = "split-00002-of-00003.gguf"
        let copy = folder.path(name)
        try FileManager.default.copyItem(atPath: Fixtures.path("gguf/\(name)"), toPath: copy)
        #expect(throws: GGUFError.file(.notFound(path: folder.path("split-00001-of-00003.gguf")))) {
            try GGUFFile(path: copy)
        }
        let renamed = folder.path("renamed.gguf")
        try FileManager.default.moveItem(atPath: copy, toPath: renamed)
        #expect(throws: GGUFError.splitFileName(path: renamed, part: 2, count: 3)) { try GGUFFile(path: renamed) }
    }

    @Test func whatIsNoFileHasItsOwnError() throws {
        let folder = try TemporaryFolder()
        #expect(throws: GGUFError.file(.notFound(path: folder.path("none")))) {
            try GGUFFile(path: folder.path("none"))
        }
        #expect(throws: GGUFError.file(.isDirectory(path: folder.path))) { try GGUFFile(path: folder.path) }
        let text = folder.path("text")
        try Data("hello world".utf8).write(to: URL(filePath: text))
        #expect(throws: GGUFError.inFile(path: text, .notGGUF(found: Array("hell".utf8)))) {
            try GGUFFile(path: text)
        }
    }

    @Test(arguments: try goldenModels())
    func opensTheGoldenModels(name: String) throws {
        let file = try GGUFFile(path: Fixtures.path("goldens/\(name)"))
        #expect(file.tensors.isEmpty == false)
        #expect(try file.metadata.string("general.architecture").isEmpty == false)
    }

    private static func goldenModels() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Fixtures.path("goldens")).filter { $0.hasSuffix(".gguf") }
    }
}

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = URL.temporaryDirectory.appending(path: "gguf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }
}
