import Conversion
import Foundation
import GGUF
import Hashing
import JSON
import Platform
import Quantization
import TestSupport

/// A tiny Hugging Face model of `fixtures/conversion`, and what other programs make of it.
struct ConvertedFixture {
    let name: String
    let expected: JSONValue

    /// Every folder with expectations beside it: a new one is a new test.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("conversion"))) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    init(named name: String) throws {
        self.name = name
        expected = try JSONParser.parse([UInt8](Fixtures.data("conversion/\(name).json")))
    }

    /// An adapter for the model of that name.
    init(adapterFor name: String) throws {
        self.name = "adapters/\(name)"
        expected = try JSONParser.parse([UInt8](Fixtures.data("conversion/adapters/\(name).json")))
    }

    /// All files of the folder, but for some.
    func files(without left: Set<String> = []) -> [(name: String, path: String)] {
        let folder = Fixtures.path("conversion/\(name)")
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        return names.filter { !left.contains($0) }.map { ($0, "\(folder)/\($0)") }.filter { _, path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    func conversion(without left: Set<String> = []) throws -> ModelConversion {
        try ModelConversion(ModelFolder(files(without: left)))
    }

    /// The folder as GGUF.
    func write(into folder: TemporaryFolder, without left: Set<String> = []) throws -> GGUFFile {
        let path = folder.path("\(name).gguf")
        try conversion(without: left).write(to: path) { _ in }
        return try GGUFFile(path: path)
    }

    var tokens: [Int32] { (expected["tokens"]?.arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) } }

    /// Logits of every token; of an encoder the state of the first.
    var values: [[Float]] {
        (expected["values"]?.arrayValue ?? []).map { row in
            (row.arrayValue ?? []).compactMap { $0.doubleValue.map { Float($0) } }
        }
    }

    var texts: [(text: String, ids: [Int32])] {
        (expected["texts"]?.arrayValue ?? []).map { entry in
            (
                entry["text"]?.stringValue ?? "",
                (entry["ids"]?.arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) }
            )
        }
    }
}

extension MetadataValue {
    /// The value as the fixtures spell it: its type and the value, of arrays the number and hash of the elements.
    var fixture: JSONValue {
        if case .array(let array) = self {
            var bytes: [UInt8] = []
            encode(into: &bytes)
            // Behind the type and the count of the elements.
            var hash = SHA256()
            hash.update(Array(bytes.dropFirst(12)))
            return [
                "type": .string("\(array.elementType)"), "count": .integer(array.count),
                "sha256": .string("\(hash.finalized())"),
            ]
        }
        let value: JSONValue =
            switch self {
            case .string(let text): .string(text.text ?? "")
            case .bool(let flag): .bool(flag)
            case .float32(let number): .double(Double(number))
            default: integer.map { .integer($0) } ?? .null
            }
        return ["type": .string("\(type)"), "value": value]
    }

    /// Whether it is what a fixture says; numbers are compared as numbers.
    func matches(_ expected: JSONValue?) -> Bool {
        let found = fixture
        if case .float32(let number) = self, let wanted = expected?["value"]?.doubleValue {
            return expected?["type"] == "float32" && Float(wanted) == number
        }
        return found == expected
    }
}

extension TensorInfo {
    /// Whether it is what a fixture says.
    func matches(_ expected: JSONValue, comparingBytes: Bool = true) -> Bool {
        var hash = SHA256()
        hash.update(bytes.withBytes { $0.littleEndianIntegers(UInt8.self) })
        return shape == expected["shape"]?.arrayValue?.compactMap(\.intValue)
            && type.name == expected["type"]?.stringValue
            && (!comparingBytes || "\(hash.finalized())" == expected["sha256"]?.stringValue)
    }
}
