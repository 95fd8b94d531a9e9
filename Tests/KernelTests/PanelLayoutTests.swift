import Compute
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

    /// Files of packed weights are of use as long as the layout is the one that they were written in: where a hash
    /// differs, `panelLayoutVersion` has to be one more, and the hash here that of the new layout.
    @Test(arguments: QuantizationType.allCases)
    func layoutsAreThoseOfTheVersion(type: QuantizationType) throws {
        #expect(panelLayoutVersion == 2)
        let columns = type.weightsPerBlock * (type.weightsPerBlock == 1 ? 70 : 3)
        let matrix = try TestMatrix.random(type, rows: 23, columns: columns, seed: 11)
        var hash = XXHash64()
        for panel in 0..<matrix.panelCount {
            let bytes = UnsafeRawBufferPointer(
                start: matrix.panel(panel), count: type.panelLayout.byteCount(columns: columns))
            hash.update(bytes.bytes)
        }
        #expect(hash.finalized() == Self.layoutHashes[type], "\(type.name): \(hash.finalized())")
    }

    private static let layoutHashes: [QuantizationType: UInt64] = [
        .f32: 0xC52A_017E_9E54_D911, .f16: 0xEE78_BC60_3C8F_157B, .q4_0: 0x6E09_6FDD_18C1_6D2A,
        .q4_1: 0xD144_6BC0_2769_8471, .q5_0: 0x9967_F411_434B_CF7D, .q5_1: 0x91B4_42BF_7552_03D1,
        .q8_0: 0xBA41_7C64_FD82_F86D, .q8_1: 0x3F9D_2D62_EAA8_15EF, .q2_K: 0x1DCF_0330_3FD1_FB4D,
        .q3_K: 0x2901_4AC8_25F5_D155, .q4_K: 0xE4E9_74B6_C796_0C6A, .q5_K: 0xA11E_C246_7E0C_19B8,
        .q6_K: 0xF104_6FEA_79F7_AA51, .q8_K: 0x5F40_210E_2357_66AA, .iq2_xxs: 0xCC51_21C7_EF08_FD94,
        .iq2_xs: 0x2619_34E6_D5C3_37DF, .iq3_xxs: 0x2E93_1AFE_AD89_8C22, .iq1_s: 0xE573_54D7_F81D_E678,
        .iq4_nl: 0x6E09_6FDD_18C1_6D2A, .iq3_s: 0xE4F7_CEC4_3779_12CC, .iq2_s: 0x4BED_AF52_EB65_1631,
        .iq4_xs: 0x6574_A0AB_02D7_D077, .i8: 0x2736_FEBE_FDF4_E0F1, .i16: 0x74BB_5F0A_784A_1A9D,
        .i32: 0xF638_EE32_063F_CAB6, .i64: 0xD490_C16F_4501_E69A, .f64: 0xB266_EA32_591D_563A,
        .iq1_m: 0xF43E_657D_33A6_678A, .bf16: 0xEF7C_81F7_9EC2_DD8E, .tq1_0: 0x2584_E8F4_A883_93BE,
        .tq2_0: 0x0BA0_52EA_DA08_888E, .mxfp4: 0xF4D3_2283_7024_E5AC, .nvfp4: 0x9D85_3F21_DA06_4DC1,
        .q1_0: 0x6E09_6FDD_18C1_6D2A, .q2_0: 0x6E09_6FDD_18C1_6D2A,
    ]

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
