import Foundation
import GGUF
import Platform
import Quantization
import TestSupport
import Testing

/// Files that lie: each gets its own typed error, none traps, hangs or makes us allocate.
@Suite struct HostileFileTests {
    @Test(arguments: ["all-types", "alignment-128", "vocabulary"])
    func everyPrefixIsTruncated(name: String) throws {
        // The header of `vocabulary` ends at 282, its padding at 288.
        let headerPadding = 6
        let bytes = Array(try Fixtures.data("gguf/\(name).gguf"))
        let end = try open(bytes) { file in
            file.tensors.map(\.bytes.range.upperBound).max() ?? bytes.count - headerPadding
        }
        for length in 0..<end {
            do {
                try open(Array(bytes[..<length])) { _ in }
                Issue.record("a prefix of \(length) bytes opened")
            } catch GGUFError.truncated(_, let offset, let wanted, let available) {
                #expect(offset + available <= length || available == 0)
                #expect(wanted > UInt64(available))
            }
        }
    }

    /// Random damage either leaves a file that can be read to the end or throws a `GGUFError`; nothing else.
    @Test(arguments: ["all-types", "alignment-128", "vocabulary", "split-00001-of-00003"])
    func randomDamageNeverTraps(name: String) throws {
        let original = Array(try Fixtures.data("gguf/\(name).gguf"))
        for seed in 0..<5000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
                    .randomElement(using: &random)!
            }
            do { try open(bytes, readEverything) } catch is GGUFError {}
        }
    }

    @Test func versionsAndMagics() {
        expect(.notGGUF(found: Array("GGML".utf8)), Header("GGML"))
        expect(.unsupportedVersion(1), Header(version: 1))
        expect(.unsupportedVersion(0), Header(version: 0))
        expect(.unsupportedVersion(4), Header(version: 4))
        expect(.bigEndian, Header(version: UInt32(3).byteSwapped))
    }

    @Test func countsBeyondReason() {
        expect(.tooMany(.header, found: .max, limit: 1 << 20), Header(tensors: .max))
        expect(.tooMany(.header, found: 1 << 62, limit: 1 << 20), Header(metadata: 1 << 62))
        expect(.truncated(.key(index: 0), offset: 24, wanted: 8, available: 0), Header(metadata: 1 << 20))
        expect(.truncated(.tensorName(index: 0), offset: 24, wanted: 8, available: 0), Header(tensors: 1 << 20))
    }

    @Test func lengthsBeyondTheFile() {
        var key = Header(metadata: 1)
        key.append(UInt64.max)
        expect(.truncated(.key(index: 0), offset: 32, wanted: .max, available: 0), key)
        for type in [MetadataType.uint8, .float64, .uint16] {
            var array = Header(metadata: 1)
            array.appendEntry("k", .array, type)
            array.append(UInt64.max / 2 + 1)
            let wanted = type == .uint8 ? UInt64.max / 2 + 1 : .max
            expect(.truncated(.value(key: "k"), offset: 49, wanted: wanted, available: 0), array)
        }
        var strings = Header(metadata: 1)
        strings.appendEntry("k", .array, .string)
        strings.append(UInt64.max)
        expect(.truncated(.value(key: "k"), offset: 49, wanted: 8, available: 0), strings)
    }

    @Test func metadataThatIsWrong() {
        var longKey = Header(metadata: 1)
        longKey.append(String(repeating: "k", count: 65_536))
        expect(.textTooLong(.key(index: 0), found: 65_536, limit: 65_535), longKey)
        var invalidKey = Header(metadata: 1)
        invalidKey.append(UInt64(1))
        invalidKey.bytes.append(0xFF)
        expect(.invalidText(.key(index: 0), offset: 24), invalidKey)
        var unknown = Header(metadata: 1)
        unknown.append("k")
        unknown.append(UInt32(13))
        expect(.unknownMetadataType(key: "k", found: 13), unknown)
        var bool = Header(metadata: 1)
        bool.appendEntry("k", .bool)
        bool.bytes.append(2)
        expect(.invalidBool(key: "k", found: 2), bool)
        var duplicate = Header(metadata: 2)
        for _ in 0..<2 {
            duplicate.appendEntry("k", .uint8)
            duplicate.bytes.append(0)
        }
        expect(.duplicateKey("k"), duplicate)
        for alignment in [0, 3, 1 << 25] as [UInt32] {
            var header = Header(metadata: 1)
            header.appendEntry("general.alignment", .uint32)
            header.append(alignment)
            expect(.invalidAlignment(found: alignment), header)
        }
    }

    @Test func arraysNestOnlySoDeep() throws {
        for depth in [4, 5, 100_000] {
            var header = Header(metadata: 1)
            header.appendEntry("k", .array)
            for level in 1...depth {
                header.append(level == depth ? MetadataType.uint8.rawValue : MetadataType.array.rawValue)
                header.append(UInt64(level == depth ? 0 : 1))
            }
            if depth == 4 {
                try open(header.bytes, readEverything)
            } else {
                expect(.nestedTooDeep(key: "k", limit: 4), header)
            }
        }
    }

    @Test func tensorsThatAreWrong() {
        expect(.tooManyDimensions(tensor: "t", found: 5, limit: 4), Header(tensor: [1, 1, 1, 1, 1]))
        expect(.tooManyDimensions(tensor: "t", found: .max, limit: 4), Header(tensor: [], dimensionCount: .max))
        expect(.invalidShape(tensor: "t", found: [0]), Header(tensor: [0]))
        expect(.invalidShape(tensor: "t", found: [.max]), Header(tensor: [.max]))
        expect(.invalidShape(tensor: "t", found: [1 << 32, 1 << 31]), Header(tensor: [1 << 32, 1 << 31]))
        expect(.invalidShape(tensor: "t", found: [1 << 62]), Header(tensor: [1 << 62]))
        expect(.partialBlock(tensor: "t", type: .q4_K, rowLength: 255), Header(tensor: [255], type: 12))
        for removed in [4, 5, 31, 32, 33, 36, 37, 38, 43, .max] as [UInt32] {
            expect(.unsupportedTensorType(tensor: "t", found: removed), Header(tensor: [256], type: removed))
        }
        #expect("\(GGUFError.unsupportedTensorType(tensor: "t", found: 31))".contains("Q4_0_4_4"))
        expect(.misalignedTensor(tensor: "t", offset: 1, alignment: 32), Header(tensor: [1], offset: 1))
        expect(
            .truncated(.tensorBytes(name: "t"), offset: 64, wanted: 4, available: 0), Header(tensor: [1], offset: 0))
        expect(
            .truncated(.tensorBytes(name: "t"), offset: .max, wanted: 4, available: 0),
            Header(tensor: [1], offset: UInt64.max & ~31))
    }

    @Test func tensorsThatMeet() throws {
        func file(_ names: (String, String), offsets: (UInt64, UInt64)) -> Header {
            var header = Header(tensors: 2)
            header.appendTensor(names.0, [16], offset: offsets.0)
            header.appendTensor(names.1, [16], offset: offsets.1)
            header.bytes += [UInt8](repeating: 0, count: 256)
            return header
        }
        expect(.duplicateTensor("a"), file(("a", "a"), offsets: (0, 64)))
        expect(.overlappingTensors("a", "b"), file(("a", "b"), offsets: (0, 32)))
        expect(.overlappingTensors("b", "a"), file(("a", "b"), offsets: (64, 32)))
        try open(file(("a", "b"), offsets: (64, 0)).bytes, readEverything)
    }

    @Test func messagesStayOnePrintableLine() {
        let error = GGUFError.duplicateKey("a\n\u{1B}[2J" + String(repeating: "x", count: 500))
        #expect("\(error)".unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect("\(error)".count < 200)
    }

    // MARK: Support

    private func expect(_ error: GGUFError, _ header: Header, at location: SourceLocation = #_sourceLocation) {
        #expect(throws: error, sourceLocation: location) { try open(header.bytes) { _ in } }
    }
}

/// Opens bytes in memory; the file must not outlive the call.
func open<Result>(_ bytes: [UInt8], _ body: (GGUFFile) throws -> Result) throws -> Result {
    try bytes.withUnsafeBytes { try body(GGUFFile(bytes: MappedBytes(borrowing: $0, name: "memory"))) }
}

/// Decodes every value and touches every tensor.
func readEverything(_ file: GGUFFile) throws {
    for key in file.metadata.keys {
        guard let value = file.metadata[key] else { continue }
        #expect(value == value)
        if case .array(let array) = value { readEverything(array) }
        if case .string(let string) = value { _ = string.text }
    }
    for tensor in file.tensors {
        let bytes = tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }
        #expect(bytes.count == tensor.bytes.count)
    }
}

private func readEverything(_ array: MetadataArray) {
    _ = (array.integers(), array.floats(), array.bools(), array.bytes())
    if let strings = array.strings() {
        for index in 0..<strings.count { _ = strings.text(at: index) }
    }
    array.arrays()?.forEach(readEverything)
}

/// Bytes of a header, made by hand so that they can be wrong.
private struct Header {
    var bytes: [UInt8]

    init(_ magic: String = "GGUF", version: UInt32 = 3, tensors: UInt64 = 0, metadata: UInt64 = 0) {
        bytes = Array(magic.utf8)
        append(version)
        append(tensors)
        append(metadata)
    }

    init(tensor shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0, dimensionCount: UInt32? = nil) {
        self.init(tensors: 1)
        appendTensor("t", shape, type: type, offset: offset, dimensionCount: dimensionCount)
    }

    mutating func append(_ value: some MetadataElement) { value.encode(into: &bytes) }

    mutating func appendEntry(_ key: String, _ types: MetadataType...) {
        append(key)
        for type in types { append(type.rawValue) }
    }

    mutating func appendTensor(
        _ name: String, _ shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0, dimensionCount: UInt32? = nil
    ) {
        append(name)
        append(dimensionCount ?? UInt32(shape.count))
        for dimension in shape { append(dimension) }
        append(type)
        append(offset)
    }
}
