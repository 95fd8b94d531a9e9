import Quantization
import Testing

@Suite struct PanelLayoutTests {
    /// Packing keeps every bit of every row, also of a last panel that is not full.
    @Test(arguments: QuantizationType.allCases)
    func restoresEveryBlock(type: QuantizationType) throws {
        for columns in MatrixKernelTests.columnCounts(type) {
            let matrix = try TestMatrix.random(type, rows: 23, columns: columns, seed: UInt64(columns))
            var block = [UInt8](repeating: 0, count: type.bytesPerBlock)
            for row in 0..<matrix.rows {
                for index in 0..<columns / type.weightsPerBlock {
                    block.withUnsafeMutableBytes {
                        type.panelLayout.restoreBlock(
                            index, row: row % 16, of: matrix.panel(row / 16), columns: columns, into: $0.baseAddress!)
                    }
                    let start = row * matrix.bytesPerRow + index * type.bytesPerBlock
                    #expect(block == Array(matrix.bytes[start..<start + type.bytesPerBlock]))
                }
            }
        }
    }

    @Test(arguments: QuantizationType.allCases)
    func unpacksRowsLikeTheCodec(type: QuantizationType) throws {
        for columns in MatrixKernelTests.columnCounts(type) {
            let matrix = try TestMatrix.random(type, rows: 18, columns: columns, seed: 4)
            for row in [0, 5, 15, 16, 17] {
                var weights = [Float](repeating: -1, count: columns)
                weights.withUnsafeMutableBufferPointer {
                    type.panelLayout.unpackRow(
                        row % 16, of: matrix.panel(row / 16), columns: columns, into: $0.baseAddress!)
                }
                #expect(weights.map(\.bitPattern) == matrix.row(row).map(\.bitPattern))
            }
        }
    }

    /// A packed matrix is hardly larger than its file: at most 10 % for rows of four blocks or more.
    @Test(arguments: QuantizationType.allCases)
    func growsLittle(type: QuantizationType) {
        let columns = 4 * max(type.weightsPerBlock, 64)
        let bytes = 16 * (type.byteCount(weights: columns) ?? 0)
        let packed = type.panelLayout.byteCount(columns: columns)
        #expect(packed % 64 == 0)
        #expect(packed >= bytes && packed * 10 <= bytes * 11)
    }
}
