import Quantization
import Testing

@Suite struct QuantizationTypeTests {
    /// (number, name, weights per block, bytes per block), as ggml's type traits print them.
    static let ggml: [(UInt32, String, Int, Int)] = [
        (0, "F32", 1, 4), (1, "F16", 1, 2), (2, "Q4_0", 32, 18), (3, "Q4_1", 32, 20), (6, "Q5_0", 32, 22),
        (7, "Q5_1", 32, 24), (8, "Q8_0", 32, 34), (9, "Q8_1", 32, 36), (10, "Q2_K", 256, 84), (11, "Q3_K", 256, 110),
        (12, "Q4_K", 256, 144), (13, "Q5_K", 256, 176), (14, "Q6_K", 256, 210), (15, "Q8_K", 256, 292),
        (16, "IQ2_XXS", 256, 66), (17, "IQ2_XS", 256, 74), (18, "IQ3_XXS", 256, 98), (19, "IQ1_S", 256, 50),
        (20, "IQ4_NL", 32, 18), (21, "IQ3_S", 256, 110), (22, "IQ2_S", 256, 82), (23, "IQ4_XS", 256, 136),
        (24, "I8", 1, 1), (25, "I16", 1, 2), (26, "I32", 1, 4), (27, "I64", 1, 8), (28, "F64", 1, 8),
        (29, "IQ1_M", 256, 56), (30, "BF16", 1, 2), (34, "TQ1_0", 256, 54), (35, "TQ2_0", 256, 66),
        (39, "MXFP4", 32, 17), (40, "NVFP4", 64, 36), (41, "Q1_0", 128, 18), (42, "Q2_0", 64, 18),
    ]

    @Test func tableIsGgmls() {
        #expect(QuantizationType.allCases.count == Self.ggml.count)
        for (number, name, weights, bytes) in Self.ggml {
            let type = QuantizationType(rawValue: number)
            #expect(type?.name == name)
            #expect(type?.weightsPerBlock == weights)
            #expect(type?.bytesPerBlock == bytes)
            #expect(QuantizationType(name: name.lowercased()) == type)
        }
    }

    @Test(arguments: QuantizationType.allCases)
    func byteCountRefusesPartialBlocksAndOverflow(type: QuantizationType) {
        #expect(type.byteCount(weights: 0) == 0)
        #expect(type.byteCount(weights: 3 * type.weightsPerBlock) == 3 * type.bytesPerBlock)
        #expect(type.byteCount(weights: -type.weightsPerBlock) == nil)
        if type.weightsPerBlock > 1 { #expect(type.byteCount(weights: type.weightsPerBlock + 1) == nil) }
        if type.bytesPerBlock > type.weightsPerBlock {
            #expect(type.byteCount(weights: Int.max / type.weightsPerBlock * type.weightsPerBlock) == nil)
        }
    }

    @Test(arguments: QuantizationType.allCases)
    func decodeChecksLengths(type: QuantizationType) throws {
        var room = [Float](repeating: 0, count: 2 * type.weightsPerBlock)
        let bytes = [UInt8](repeating: 0, count: 2 * type.bytesPerBlock - 1)
        var span = room.mutableSpan
        #expect(
            throws: QuantizationError.wrongByteCount(
                type: type, weights: 2 * type.weightsPerBlock, expected: 2 * type.bytesPerBlock,
                found: 2 * type.bytesPerBlock - 1)
        ) { try type.decode(bytes.span.bytes, into: &span) }
        guard type.weightsPerBlock > 1 else { return }
        var short = [Float](repeating: 0, count: type.weightsPerBlock - 1)
        var shortSpan = short.mutableSpan
        #expect(throws: QuantizationError.partialBlock(type: type, weights: type.weightsPerBlock - 1)) {
            try type.decode(bytes.span.bytes, into: &shortSpan)
        }
    }

    @Test(arguments: QuantizationType.allCases)
    func nothingDecodesToNothing(type: QuantizationType) throws {
        var nothing: [Float] = []
        var span = nothing.mutableSpan
        try type.decode([UInt8]().span.bytes, into: &span)
    }
}
