import Foundation
import Platform
import Safetensors
import TestSupport
import Testing

/// Reading safetensors files, good ones and hostile ones.
@Suite struct SafetensorsFileTests {
    private let folder = TemporaryFolder()

    private func open(_ header: String, data: [UInt8] = []) throws -> SafetensorsFile {
        try open(bytes: SafetensorsFileTests.file(header, data))
    }

    private func open(bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.write(bytes))
    }

    static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8) + data
    }

    /// Why a file is refused, without its path.
    private func problem(_ header: String, data: [UInt8] = []) -> SafetensorsError? {
        do {
            _ = try open(header, data: data)
            return nil
        } catch SafetensorsError.inFile(path: _, let error) {
            return error
        } catch { return error as? SafetensorsError }
    }

    @Test func tensorsAreRangesOfTheFile() throws {
        let file = try open(
            """
            {"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[1,2],"data_offsets":[4,8]},\
            "a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[8,8]},\
            "one":{"dtype":"I32","shape":[],"data_offsets":[8,12]}}
            """, data: Array(1...12))
        #expect(file.tensors.map(\.name) == ["a", "b", "none", "one"])
        #expect(file.tensors.map(\.shape) == [[4], [1, 2], [0, 7], []])
        #expect(file.tensors.map(\.type) == [.u8, .f16, .f32, .i32])
        let bytes = file.tensors.map { $0.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) } }
        #expect(bytes == [[1, 2, 3, 4], [5, 6, 7, 8], [], [9, 10, 11, 12]])
    }

    @Test func typesSmallerThanABytePackWhole() throws {
        let file = try open(#"{"a":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]}}"#, data: [1, 2, 3])
        #expect(file.tensors[0].bytes.count == 3)
        #expect(
            problem(#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, data: [1])
                == .invalidField(tensor: "a", field: "shape", expected: "elements that fill whole bytes"))
    }

    @Test func headersThatLieAreRefused() {
        let cases: [(String, [UInt8], SafetensorsError)] = [
            ("[]", [], .notAnObject),
            (
                #"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0],
                .unknownType(tensor: "a", found: "F99")
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0],
                .sizeMismatch(tensor: "a", expected: 8, found: 4)
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, [0, 0, 0, 0],
                .invalidOffsets(tensor: "a", start: 0, end: 8, available: 4)
            ),
            (
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}"#,
                [0, 0, 0, 0, 0], .overlap("a", "b")
            ),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}"#,
                [0, 0, 0, 0, 0], .gap(before: "b", start: 2, end: 3)
            ),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, [0, 0, 0],
                .trailingBytes(used: 2, available: 3)
            ),
            (
                #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, [0, 0, 0, 0],
                .tooLarge(tensor: "a")
            ),
        ]
        for (header, data, error) in cases { #expect(problem(header, data: data) == error, "\(header)") }
    }

    @Test(arguments: [
        #"{"a":1}"#, #"{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
    ])
    func fieldsOfTheWrongKindAreRefused(header: String) {
        guard case .invalidField(tensor: "a", field: _, expected: _)? = problem(header, data: [0, 0, 0, 0]) else {
            Issue.record("\(header): \(String(describing: problem(header)))")
            return
        }
    }

    @Test func namesThatOccurTwiceAreRefused() {
        let tensor = #"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#
        let found = problem(#"{"a":\#(tensor),"a":\#(tensor)}"#).map { "\($0)" } ?? ""
        #expect(found.contains("occurs twice"), "\(found)")
    }

    @Test func nestingIsBounded() {
        let found = problem(#"{"a":"# + String(repeating: "[", count: 100_000)).map { "\($0)" } ?? ""
        #expect(found.contains("nests more than"), "\(found)")
    }

    @Test func everyPrefixIsRefused() throws {
        let header =
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}"#
        let whole = Self.file(header, Array(0..<12))
        _ = try open(bytes: whole)
        for count in 0..<whole.count {
            #expect(throws: SafetensorsError.self, "\(count) of \(whole.count) bytes") {
                try open(bytes: Array(whole.prefix(count)))
            }
        }
    }

    @Test(arguments: [UInt64.max, 1 << 63, 100_000_001, 1 << 32])
    func lengthsBeyondTheFileAreRefused(length: UInt64) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array("{}".utf8)
        #expect(throws: SafetensorsError.self) { try open(bytes: bytes) }
    }

    @Test func damagedBytesNeverTrap() throws {
        let header =
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}"#
        let whole = Self.file(header, Array(0..<12))
        var random = SeededGenerator(seed: 20_261_121)
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.withUnsafeBytes { buffer in
                // Every tensor that comes out of it can be read.
                let file = try? SafetensorsFile(MappedBytes(borrowing: buffer, name: "memory"))
                for tensor in file?.tensors ?? [] {
                    #expect(tensor.bytes.withBytes { $0.byteCount } == tensor.bytes.count)
                }
            }
        }
    }
}

/// Models in several files.
@Suite struct SafetensorsModelTests {
    private let folder = TemporaryFolder()

    private func shard(_ name: String, tensors: [String]) throws -> SafetensorsModel.Shard {
        let entries = tensors.enumerated().map { index, tensor in
            #""\#(tensor)":{"dtype":"U8","shape":[1],"data_offsets":[\#(index),\#(index + 1)]}"#
        }
        let bytes = SafetensorsFileTests.file(
            "{" + entries.joined(separator: ",") + "}", tensors.indices.map(UInt8.init))
        return .init(name: name, path: try folder.write(bytes, to: name))
    }

    private func index(_ places: [String: String]) -> [UInt8] {
        let entries = places.map { #""\#($0.key)":"\#($0.value)""# }
        return Array(#"{"metadata":{},"weight_map":{\#(entries.joined(separator: ","))}}"#.utf8)
    }

    @Test func tensorsOfAllFilesAreOneModel() throws {
        let shards = [try shard("2", tensors: ["c"]), try shard("1", tensors: ["b", "a"])]
        let model = try SafetensorsModel(shards, index: index(["a": "1", "b": "1", "c": "2"]))
        #expect(model.tensors.map(\.name) == ["b", "a", "c"])
        #expect(model["c"]?.shape == [1] && model["d"] == nil)
        #expect(try SafetensorsModel(shards, index: nil).tensors.count == 3)
    }

    @Test func filesThatAreNotAsTheIndexSaysAreRefused() throws {
        let shards = [try shard("1", tensors: ["a"]), try shard("2", tensors: ["b"])]
        #expect(throws: SafetensorsError.missingShard(tensor: "c", file: "3")) {
            try SafetensorsModel(shards, index: index(["c": "3"]))
        }
        #expect(throws: SafetensorsError.missingShard(tensor: "c", file: "../../1")) {
            try SafetensorsModel(shards, index: index(["c": "../../1"]))
        }
        #expect(throws: SafetensorsError.missingTensor("a", file: "2")) {
            try SafetensorsModel(shards, index: index(["a": "2"]))
        }
        #expect(throws: SafetensorsError.duplicateTensor("a", files: ["1", "3"])) {
            try SafetensorsModel(shards + [shard("3", tensors: ["a"])], index: nil)
        }
        for text in ["", "[]", "{}", #"{"weight_map":[]}"#, #"{"weight_map":{"a":1}}"#] {
            #expect(throws: SafetensorsError.self, "\(text)") { try SafetensorsModel(shards, index: Array(text.utf8)) }
        }
    }
}
