import Compute
import Foundation
import Platform
import Quantization
import TestSupport
import Testing

@Suite struct PackedFileTests {
    private let folder = TemporaryFolder()
    private static let gang = ThreadGang(threadCount: 2)

    // MARK: Checksums

    /// What xxHash 0.8.4 says of bytes `(7 i + 3) mod 251`, whole and in pieces.
    @Test(
        arguments: [
            (0, 0xEF46_DB37_51D8_E999), (1, 0x1F25_C8D0_BC1F_4BB6), (3, 0x31D2_363F_52E5_64C9),
            (4, 0x9BB6_4B7D_66EE_9FDA),
            (7, 0x9A7B_1499_59CE_60D8), (8, 0xDAB9_9D95_C6F9_0092), (12, 0xD52E_4078_33AF_5133),
            (31, 0xA2AA_5F33_CC4A_6119), (32, 0x23C3_C17E_F790_FD97), (33, 0x50A7_CFC7_BA58_8784),
            (63, 0xF143_8F15_B9ED_16E9), (64, 0x2CD9_90A1_BEED_6894), (100, 0x778E_26DF_8290_F456),
            (1000, 0x021F_7A74_2408_5EA4), (4097, 0x6CFB_7C81_97D1_10FE),
        ] as [(Int, UInt64)])
    func checksums(count: Int, expected: UInt64) {
        let bytes = (0..<count).map { UInt8(($0 * 7 + 3) % 251) }
        #expect(bytes.withBytes { XXHash64.hash($0) } == expected)
        for pieceLength in [1, 5, 31, 32, 33, 100] {
            var hash = XXHash64()
            for start in stride(from: 0, to: count, by: pieceLength) {
                Array(bytes[start..<min(start + pieceLength, count)]).withBytes { hash.update($0) }
            }
            #expect(hash.finalized() == expected, "in pieces of \(pieceLength)")
        }
    }

    // MARK: What is written is found again

    /// Matrices of every type, from two files, one of them a stack, one a few rows of another; mapped ones decode to
    /// the same rows as those that are packed at load.
    @Test func matricesComeBack() throws {
        let model = try TinyFiles(folder)
        let path = folder.path("model.packed")
        let writer = try PackedFileWriter(model.sources + [model.sources[0]], of: model.parts)
        #expect(writer.matrixCount == model.sources.count, "a matrix that is loaded twice is written once")
        let byteCount = writer.byteCount
        var done: [Int] = []
        try writer.write(to: path, gang: Self.gang) { done.append($0) }
        #expect(try FileSystem.status(of: path)?.byteCount == byteCount)
        #expect(done == done.sorted() && done.count == model.sources.count)
        let packed = try #require(try PackedFile(path: path, of: model.parts))
        try packed.check(gang: Self.gang) { _ in }
        let mapped = CPUBackend(gang: Self.gang, packed: packed)
        let loaded = CPUBackend(gang: Self.gang)
        #expect(try model.rows(mapped) == model.rows(loaded))
        #expect(mapped.memory.weightBytes == 0 && mapped.memory.mappedBytes == loaded.memory.weightBytes)
    }

    @Test func otherMatricesArePackedAtLoad() throws {
        let model = try TinyFiles(folder)
        let path = folder.path("model.packed")
        try PackedFileWriter([model.sources[1]], of: model.parts).write(to: path, gang: Self.gang) { _ in }
        let backend = CPUBackend(gang: Self.gang, packed: try PackedFile(path: path, of: model.parts))
        let rows = try model.rows(backend)
        #expect(try rows == model.rows(CPUBackend(gang: Self.gang)))
        #expect(backend.memory.mappedBytes > 0 && backend.memory.weightBytes > backend.memory.mappedBytes)
    }

    @Test func anInterruptedWriteLeavesNothing() throws {
        struct Stop: Error {}
        let model = try TinyFiles(folder)
        let path = folder.path("model.packed")
        #expect(throws: Stop.self) {
            try PackedFileWriter(model.sources, of: model.parts).write(to: path, gang: Self.gang) { _ in throw Stop() }
        }
        #expect(try FileSystem.names(in: folder.path("")).filter { $0.contains("packed") } == [])
        #expect(try PackedFile(path: path, of: model.parts) == nil)
    }

    @Test func bytesOfTheProgramCannotBeKept() throws {
        let source = PackedSource(EmbeddedFiles.model, headerByteCount: 0)
        let error = ComputeError.packedFile(
            path: EmbeddedFiles.model.path, .sourceWithoutFile(name: EmbeddedFiles.model.path))
        #expect(throws: error) { try PackedFileWriter([], of: [source]) }
    }

    // MARK: Files that changed

    @Test func whatChangedIsNamed() throws {
        let model = try TinyFiles(folder)
        let path = folder.path("model.packed")
        try PackedFileWriter(model.sources, of: model.parts).write(to: path, gang: Self.gang) { _ in }
        func reason(_ parts: [PackedSource]) -> String {
            do { return try PackedFile(path: path, of: parts) == nil ? "no file" : "" } catch { return "\(error)" }
        }
        let first = model.parts[0].bytes.path
        #expect(reason(model.parts) == "")
        #expect(reason([model.parts[0]]).contains("files of the model: expected 1, found 2"))
        // The same bytes in another file, then other bytes in its place.
        let bytes = try FileSystem.contents(of: first, limit: 1 << 24)
        let time = try #require(try FileManager.default.attributesOfItem(atPath: first)[.modificationDate] as? Date)
        try folder.write(bytes, to: "copy")
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: folder.path("copy"))
        let copied = reason([try TinyFiles.part(folder.path("copy")), model.parts[1]])
        #expect(copied.contains("its inode") || copied.contains("its time"), "\(copied)")
        try FileSystem.touch(first)
        #expect(reason([try TinyFiles.part(first), model.parts[1]]).contains("its time was"))
        try Data(bytes + [0]).write(to: URL(filePath: first))
        #expect(reason([try TinyFiles.part(first), model.parts[1]]).contains("its size was"))
        #expect(reason([model.parts[0], model.parts[1]]) == "", "what is mapped is what was packed")
    }

    @Test func damagedWeightsAreFound() throws {
        let model = try TinyFiles(folder)
        let path = folder.path("model.packed")
        try PackedFileWriter(model.sources, of: model.parts).write(to: path, gang: Self.gang) { _ in }
        var bytes = try FileSystem.contents(of: path, limit: 1 << 24)
        bytes[5000] ^= 1
        try folder.write(bytes, to: "model.packed")
        let packed = try #require(try PackedFile(path: path, of: model.parts))
        do {
            try packed.check(gang: Self.gang) { _ in }
            Issue.record("damage was not found")
        } catch {
            guard case .packedFile(_, .damagedWeights(let offset, _)) = error else { throw error }
            #expect(offset == 4096)
        }
    }

    // MARK: Hostile bytes

    @Test func everyPrefixIsRefused() throws {
        let (bytes, parts) = try smallFile()
        for count in Array(0..<100) + Array(4000..<bytes.count) {
            try folder.write(Array(bytes.prefix(count)), to: "cut")
            #expect(throws: ComputeError.self, "\(count) bytes") { try PackedFile(path: folder.path("cut"), of: parts) }
        }
    }

    /// Bytes outside the weights: each is checked by the checksum, and by itself where the checksum was forged.
    @Test func changedTablesAreRefusedOrHarmless() throws {
        let (bytes, parts) = try smallFile()
        let tableStart = Int(bytes.littleEndian(at: 16))
        var random = SeededGenerator(seed: 7)
        for round in 0..<3000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let places = Bool.random(using: &random) ? 0..<64 : tableStart..<bytes.count - 8
                let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
                changed[Int.random(in: places, using: &random)] = extremes.randomElement(using: &random) ?? 0
            }
            guard changed != bytes else { continue }
            try folder.write(changed, to: "changed")
            if round % 2 == 0, Array(changed[32..<64]) == Array(bytes[32..<64]) {
                #expect(throws: ComputeError.self) { try PackedFile(path: folder.path("changed"), of: parts) }
            }
            forge(&changed, tableStart: tableStart)
            try folder.write(changed, to: "changed")
            guard let packed = try? PackedFile(path: folder.path("changed"), of: parts) else { continue }
            // Whatever it says lies within it: reading everything does no harm.
            try? packed.check(gang: Self.gang) { _ in }
            let backend = CPUBackend(gang: Self.gang, packed: packed)
            for source in try TinyFiles.sources(parts[0].bytes) { _ = try backend.load(source) }
            try backend.finishLoading { _ in }
        }
    }

    @Test func extremeNumbersAreRefused() throws {
        let (bytes, parts) = try smallFile()
        let tableStart = Int(bytes.littleEndian(at: 16))
        let entry = tableStart + 8 + 36
        let places: [(place: Int, width: Int)] = [
            (16, 8), (24, 8), (tableStart, 4), (tableStart + 4, 4), (entry + 40, 8), (entry + 48, 8),
        ]
        for (place, width) in places {
            for value in [UInt64.max, UInt64(Int.max), 1 << 62, 1 << 32, UInt64(bytes.count)] {
                var changed = bytes
                for index in 0..<width { changed[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
                guard changed != bytes else { continue }
                forge(&changed, tableStart: tableStart)
                try folder.write(changed, to: "extreme")
                #expect(throws: ComputeError.self, "\(value) at \(place)") {
                    try PackedFile(path: folder.path("extreme"), of: parts)
                }
            }
        }
    }

    /// A file of one part and two matrices.
    private func smallFile() throws -> ([UInt8], [PackedSource]) {
        let part = try TinyFiles.part(folder.write([UInt8](repeating: 3, count: 3000), to: "part"))
        let path = folder.path("small.packed")
        try PackedFileWriter(TinyFiles.sources(part.bytes), of: [part]).write(to: path, gang: Self.gang) { _ in }
        return (try FileSystem.contents(of: path, limit: 1 << 24), [part])
    }

    /// Makes the checksum right again.
    private func forge(_ bytes: inout [UInt8], tableStart: Int) {
        var hash = XXHash64()
        Array(bytes[..<64]).withBytes { hash.update($0) }
        Array(bytes[tableStart..<bytes.count - 8]).withBytes { hash.update($0) }
        for index in 0..<8 {
            bytes[bytes.count - 8 + index] = UInt8(truncatingIfNeeded: hash.finalized() >> (8 * UInt64(index)))
        }
    }
}

/// Two files with matrices of every type, all of them small.
private struct TinyFiles {
    let parts: [PackedSource]
    let sources: [WeightSource]

    init(_ folder: TemporaryFolder) throws {
        var (bytes, sources) = ([[UInt8](), [UInt8]()], [(Int, (MappedBytes) -> WeightSource)]())
        for (index, type) in QuantizationType.allCases.enumerated() {
            let part = index % 2
            let columns = type.weightsPerBlock * (type.weightsPerBlock == 1 ? 40 : 2)
            let (rows, count) = (17 + index, index % 5 == 0 ? 3 : 1)
            let rowBytes = type.byteCount(weights: columns) ?? 0
            let start = bytes[part].count
            bytes[part] += (0..<rowBytes * rows * count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) & 0x3F }
            let end = bytes[part].count
            sources.append(
                (
                    part,
                    { owner in
                        WeightSource(
                            type: type, rows: rows, columns: columns, matrixCount: count,
                            bytes: ByteRange(owner: owner, range: start..<end))
                    }
                ))
            guard count == 1 else { continue }
            sources.append(
                (
                    part,
                    { owner in
                        WeightSource(
                            type: type, rows: 5, columns: columns,
                            bytes: ByteRange(owner: owner, range: start..<start + 5 * rowBytes))
                    }
                ))
        }
        let parts = try bytes.enumerated().map { try Self.part(folder.write($0.element, to: "part\($0.offset)")) }
        self.parts = parts
        self.sources = sources.map { part, make in make(parts[part].bytes) }
    }

    static func part(_ path: String) throws -> PackedSource {
        PackedSource(try MappedBytes(contentsOf: path), headerByteCount: 100)
    }

    /// Two matrices of a file of 3000 bytes.
    static func sources(_ bytes: MappedBytes) throws -> [WeightSource] {
        [(100, 18), (100 + 18 * 34, 20)].map { start, rows in
            WeightSource(
                type: .q8_0, rows: rows, columns: 32, bytes: ByteRange(owner: bytes, range: start..<start + rows * 34))
        }
    }

    /// Every row of the first matrix of each source, as an embedding looks it up.
    func rows(_ backend: CPUBackend) throws -> [[[UInt32]]] {
        let handles = try sources.map { try backend.load($0) }
        try backend.finishLoading { _ in }
        return try handles.map { handle in
            let limits = BatchLimits(rows: handle.rows, logitRows: handle.rows, sequences: 1)
            let plan = ForwardPass.plan(for: limits) { $0.finish(logits: $0.embed(handle)) }
            try backend.reserve(plan, cache: CacheLayout(states: [], element: .float32), pageCount: 1)
            var batch = Batch()
            let pages = PageTable([PageID](repeating: PageID(index: 0), count: 2))
            batch.append((0..<Int32(handle.rows)).map { $0 }, at: 0, pages: pages, logits: .all)
            var pass = ForwardPass(backend, batch: batch)
            pass.finish(logits: pass.embed(handle))
            return (0..<handle.rows).map { row in
                pass.withLogits(row) { span in (0..<span.count).map { span[$0].bitPattern } }
            }
        }
    }
}

extension [UInt8] {
    fileprivate func littleEndian(at offset: Int) -> UInt64 {
        self[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
