import GGUF
import Platform
import Quantization
import Testing

/// Parts that do not belong together: every disagreement has its own error.
@Suite struct SplitFileTests {
    /// Writes part `index` of `count` with one tensor and what it claims about the whole.
    private func write(
        _ folder: TemporaryFolder, _ index: Int, of count: Int, tensor: String,
        claims: (index: UInt16, count: UInt16, tensors: Int32)
    ) throws {
        var metadata = Metadata()
        metadata["split.no"] = .uint16(claims.index)
        metadata["split.count"] = .uint16(claims.count)
        metadata["split.tensors.count"] = .int32(claims.tensors)
        let path = folder.path("m-0000\(index + 1)-of-0000\(count).gguf")
        let plan = TensorPlan(name: tensor, shape: [1], type: .f32)
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: [plan])
        try [Float(index)].withBytes { try writer.write($0) }
        try writer.finish()
    }

    /// What the second part claims, and what must be found wrong with it or with the whole.
    struct Disagreement: Sendable {
        var index: UInt16 = 1
        var count: UInt16 = 2
        var tensors: Int32 = 2
        var tensor = "b"
        let error: GGUFError
        var isFoundInSecondPart = true
    }

    private static let disagreements = [
        Disagreement(index: 0, error: .splitMismatch(key: "split.no", expected: 1, found: 0)),
        Disagreement(count: 3, error: .splitMismatch(key: "split.count", expected: 2, found: 3)),
        Disagreement(index: 2, error: .outOfRange(key: "split.no", expected: "less than 2", found: "2")),
        Disagreement(
            tensors: 5, error: .splitMismatch(key: "split.tensors.count", expected: 2, found: 5),
            isFoundInSecondPart: false),
        Disagreement(tensor: "a", error: .duplicateTensor("a"), isFoundInSecondPart: false),
    ]

    @Test(arguments: disagreements.indices)
    func partsMustAgree(index: Int) throws {
        let disagreement = Self.disagreements[index]
        let folder = try TemporaryFolder()
        try write(folder, 0, of: 2, tensor: "a", claims: (0, 2, disagreement.tensors))
        try write(
            folder, 1, of: 2, tensor: disagreement.tensor,
            claims: (disagreement.index, disagreement.count, disagreement.tensors))
        let first = folder.path("m-00001-of-00002.gguf")
        let place = disagreement.isFoundInSecondPart ? folder.path("m-00002-of-00002.gguf") : first
        #expect(throws: GGUFError.inFile(path: place, disagreement.error)) { try GGUFFile(path: first) }
    }

    @Test func aPartInMemoryCannotFindTheOthers() throws {
        let folder = try TemporaryFolder()
        try write(folder, 0, of: 2, tensor: "a", claims: (0, 2, 2))
        let path = folder.path("m-00001-of-00002.gguf")
        #expect(throws: GGUFError.splitFileName(path: path, part: 1, count: 2)) {
            try GGUFFile(bytes: MappedBytes(contentsOf: path))
        }
    }
}
