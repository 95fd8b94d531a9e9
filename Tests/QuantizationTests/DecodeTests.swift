import Foundation
import Quantization
import TestSupport
import Testing

/// Blocks and what ggml decodes them to: fixtures/blocks.
struct BlockVectors {
    private struct Index: Decodable {
        struct Entry: Decodable {
            let id: UInt32
            let block_length: Int
            let block_bytes: Int
            let count: Int
        }
        let types: [String: Entry]
    }

    let blocks: [UInt8]
    let values: [Float]

    /// ggml has no decoder for these; all others must have vectors.
    static let without: Set<QuantizationType> = [.f32, .i8, .i16, .i32, .i64, .f64, .q8_1]

    init(_ type: QuantizationType) throws {
        let entry = try #require(Fixtures.json("blocks/index.json", as: Index.self).types[type.name])
        #expect(entry.id == type.rawValue)
        blocks = [UInt8](try Fixtures.data("blocks/\(type.name).blocks"))
        values = try floats("blocks/\(type.name).f32")
        #expect(blocks.count == entry.count * type.bytesPerBlock && entry.block_bytes == type.bytesPerBlock)
        #expect(values.count == entry.count * type.weightsPerBlock && entry.block_length == type.weightsPerBlock)
    }
}

/// A fixture of little-endian float32 values.
func floats(_ path: String) throws -> [Float] {
    try Fixtures.data(path).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map {
            Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
        }
    }
}

@Suite struct DecodeTests {
    @Test(arguments: QuantizationType.allCases.filter { !BlockVectors.without.contains($0) })
    func decodesToTheBitsOfGgml(type: QuantizationType) throws {
        let vectors = try BlockVectors(type)
        var decoded = [Float](repeating: 0, count: vectors.values.count)
        var span = decoded.mutableSpan
        try type.decode(vectors.blocks.span.bytes, into: &span)
        let wrong = zip(decoded, vectors.values).enumerated().filter { _, pair in
            pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
        }
        #expect(wrong.isEmpty, "\(wrong.count) wrong, first at \(wrong.first?.offset ?? 0)")
    }

    /// One block at an odd address among others: no alignment is asked for.
    @Test(arguments: QuantizationType.allCases.filter { !BlockVectors.without.contains($0) })
    func decodesUnalignedBlocks(type: QuantizationType) throws {
        let vectors = try BlockVectors(type)
        let shifted = [0] + vectors.blocks.prefix(type.bytesPerBlock)
        var decoded = [Float](repeating: 0, count: type.weightsPerBlock)
        var span = decoded.mutableSpan
        try type.decode(shifted.span.bytes.extracting(1..<shifted.count), into: &span)
        #expect(zip(decoded, vectors.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
    }

    @Test func decodesPlainNumbers() throws {
        #expect(try decode(.i8, [Int8]([-128, 0, 127])) == [-128, 0, 127])
        #expect(try decode(.i16, [Int16]([-32768, 1, 32767])) == [-32768, 1, 32767])
        #expect(try decode(.i32, [Int32.min, -1, Int32.max]) == [-0x1p31, -1, 0x1p31])
        #expect(try decode(.i64, [Int64.min, -1, Int64.max]) == [-0x1p63, -1, 0x1p63])
        #expect(try decode(.f64, [0.1, -Double.infinity, 1e300]) == [Float(0.1), -.infinity, .infinity])
        #expect(
            try decode(.f32, [0.1, -.infinity, .leastNonzeroMagnitude] as [Float])
                == [0.1, -.infinity, .leastNonzeroMagnitude])
    }

    @Test func decodesQ8_1() throws {
        // d = 0.5 (half 0x3800), then the sum, which decoding does not need
        let block: [UInt8] = [0x00, 0x38, 0xFF, 0xFF] + (0..<32).map { UInt8(bitPattern: Int8($0 - 16)) }
        #expect(try decode(.q8_1, block) == (0..<32).map { Float($0 - 16) / 2 })
    }

    private func decode<Value: BitwiseCopyable>(_ type: QuantizationType, _ values: [Value]) throws -> [Float] {
        let bytes = values.span.bytes
        let count = bytes.byteCount / type.bytesPerBlock * type.weightsPerBlock
        var decoded = [Float](repeating: 0, count: count)
        var span = decoded.mutableSpan
        try type.decode(bytes, into: &span)
        return decoded
    }
}
