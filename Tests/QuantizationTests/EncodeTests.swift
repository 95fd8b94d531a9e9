import Quantization
import TestSupport
import Testing

/// Types that weights can be quantised to.
let encodableTypes = QuantizationType.allCases.filter { $0.encoder != nil }

extension QuantizationType {
    /// Encoded and decoded again.
    func roundTrip(_ weights: [Float]) throws -> [Float] {
        var bytes = [UInt8](repeating: 0xA5, count: try #require(byteCount(weights: weights.count)))
        var byteSpan = bytes.mutableSpan
        try encode(weights.span, into: &byteSpan)
        var decoded = weights
        var span = decoded.mutableSpan
        try decode(bytes.span.bytes, into: &span)
        return decoded
    }
}

@Suite struct EncodeTests {
    @Test func theListOfEncodableTypes() {
        let names = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K"]
        #expect(Set(encodableTypes.map(\.name)) == Set(names + ["Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"]))
    }

    @Test(arguments: encodableTypes)
    func zerosStayZeros(type: QuantizationType) throws {
        let zeros = [Float](repeating: 0, count: 512)
        #expect(try type.roundTrip(zeros) == zeros)
    }

    /// A constant block lies nowhere further off than half the widest gap between levels, MXFP4's from 4 to 6.
    @Test(arguments: encodableTypes, [0.75, -0.75, 1e-3, -1e4] as [Float])
    func constantsComeBack(type: QuantizationType, value: Float) throws {
        let errors = try type.roundTrip([Float](repeating: value, count: 256)).map { abs($0 - value) }
        #expect(try #require(errors.max()) <= 0.2 * abs(value))
    }

    /// One hostile weight among plain ones, and whole blocks of them: nothing traps, everything decodes finite.
    @Test(
        arguments: encodableTypes.filter { $0.weightsPerBlock > 1 },
        [
            .nan, -.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .leastNonzeroMagnitude, .leastNormalMagnitude, -0.0, 1e-30, 1e-12, 6e-8, 65504, 65520, 3e38,
        ] as [Float])
    func hostileWeights(type: QuantizationType, value: Float) throws {
        var mixed = (0..<512).map { Float($0 % 37) / 37 - 0.4 }
        mixed[3] = value
        mixed[300] = -value
        for weights in [mixed, [Float](repeating: value, count: 256), alternating(value)] {
            #expect(try type.roundTrip(weights).allSatisfy(\.isFinite))
        }
    }

    private func alternating(_ value: Float) -> [Float] { (0..<256).map { $0 % 2 == 0 ? value : -value } }

    @Test(arguments: encodableTypes.filter { $0.weightsPerBlock > 1 })
    func randomBitPatternsNeverTrap(type: QuantizationType) throws {
        var generator = SplitMix(state: 0x5EED)
        for _ in 0..<64 {
            let weights = (0..<256).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())) }
            #expect(try type.roundTrip(weights).allSatisfy(\.isFinite))
        }
    }

    /// The errors of ggml's quantiser without an importance matrix: fixtures/blocks/rows.
    private struct RowErrors: Decodable {
        struct Entry: Decodable {
            let rms_error: Double
            let row_rms_errors: [Double]
        }
        let errors: [String: [String: Entry]]
    }

    /// Single rows may fare a little worse, whole sets may not.
    private static let rowSlack = 1.01

    @Test(
        arguments: encodableTypes.filter { $0 != .f32 }, ["gaussian", "student", "outlier"])
    func errsNoMoreThanGgml(type: QuantizationType, set: String) throws {
        let expected = try #require(
            Fixtures.json("blocks/rows/rows.json", as: RowErrors.self).errors[type.name]?[set])
        let weights = try floats("blocks/rows/\(set).f32")
        let decoded = try type.roundTrip(weights)
        let columns = weights.count / expected.row_rms_errors.count
        var total = 0.0
        for (row, limit) in expected.row_rms_errors.enumerated() {
            var sum = 0.0
            for index in row * columns..<(row + 1) * columns {
                let difference = Double(decoded[index]) - Double(weights[index])
                sum += difference * difference
            }
            total += sum
            #expect((sum / Double(columns)).squareRoot() <= limit * Self.rowSlack, "row \(row)")
        }
        #expect((total / Double(weights.count)).squareRoot() <= expected.rms_error)
    }

    @Test func encodeRefusesWhatItCannotDo() throws {
        let weights = [Float](repeating: 0, count: 256)
        var bytes = [UInt8](repeating: 0, count: 66)
        var span = bytes.mutableSpan
        #expect(throws: QuantizationError.notEncodable(type: .iq2_xxs)) {
            try QuantizationType.iq2_xxs.encode(weights.span, into: &span)
        }
        #expect(throws: QuantizationError.wrongByteCount(type: .q4_K, weights: 256, expected: 144, found: 66)) {
            try QuantizationType.q4_K.encode(weights.span, into: &span)
        }
    }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
