import Compute
import Quantization
import Testing

@Suite struct ActivationPackingTests {
    /// Every instruction set quantises alike, bit for bit, whatever its panels are.
    @Test(arguments: availableSets.indices, ActivationFormat.allCases)
    func matchesPortable(set: Int, format: ActivationFormat) throws {
        let portable = availableSets[0].activations(format)
        let kernel = availableSets[set].activations(format)
        let columns = format.columnsPerBlock > 2 ? 3 * format.columnsPerBlock : 37
        for tokens in [1, 2, 5, 6, 7, 12, 13, 25] {
            var values = TestActivations.values(tokens: tokens, columns: columns, seed: 21)
            for i in 0..<min(columns, 40) { values[i] = Float(i - 20) * 0.5 }
            let tile = kernel.tokenTile
            let expected = try packed(values, tokens, columns, format, portable, tile: tile)
            let found = try packed(values, tokens, columns, format, kernel, tile: tile)
            #expect(expected == found, "\(availableSets[set].name), \(tokens) tokens")
        }
    }

    private func packed(
        _ values: [Float], _ tokens: Int, _ columns: Int, _ format: ActivationFormat, _ kernel: ActivationKernel,
        tile: Int
    ) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xAA, count: tokens * format.bytesPerToken(columns: columns))
        bytes.withUnsafeMutableBytes { target in
            values.withUnsafeBufferPointer { source in
                kernel.pack(
                    ActivationPacking(
                        source: source.baseAddress!, sourceStride: columns, tokens: 0..<tokens,
                        destination: PackedActivations(
                            format: format, tokenCount: tokens, columns: columns, tokenTile: tile,
                            base: target.baseAddress!)))
            }
        }
        return bytes
    }
}
