/// How a weight matrix lies in memory: panels of sixteen rows interleaved, one row per vector lane.
///
/// One layout per type serves every instruction set, one token and five hundred. Rows are independent of each
/// other, a lane's sum runs over its blocks in one order, and a panel is one linear stream. Matrices whose row
/// count is no multiple of sixteen are padded with rows whose scales (or values) are zero.
///
/// A layout keeps every bit of its rows: `restoreBlock` is the inverse of `pack`.
package protocol PanelLayout: Sendable {
    /// The type that it packs.
    var type: QuantizationType { get }

    /// Bytes of one panel; a multiple of 64.
    ///
    /// - Parameter columns: weights of a row, a multiple of the type's `weightsPerBlock`.
    func byteCount(columns: Int) -> Int

    /// Packs the rows of one panel.
    ///
    /// - Parameter panel: `byteCount(columns:)` bytes, 64-byte aligned, that do not overlap the source;
    ///   every byte is written.
    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer)

    /// Writes the GGUF bytes of one block of one row.
    ///
    /// - Parameters:
    ///   - index: number of the block within the row.
    ///   - row: 0..<16.
    ///   - panel: a panel that `pack` filled with rows of `columns` weights.
    ///   - block: room for the type's `bytesPerBlock`, no alignment required.
    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer)

    /// Decodes one row: the embedding lookup.
    ///
    /// - Parameter weights: room for `columns` floats.
    func unpackRow(
        _ row: Int, of panel: UnsafeRawPointer, columns: Int, into weights: UnsafeMutablePointer<Float>)
}

/// Rows of a panel.
package let rowsPerPanel = 16

/// The number of the layouts of all types together, which files of packed weights carry: one more whenever a byte of
/// any panel changes its place or meaning. `PanelLayoutTests` notices.
package let panelLayoutVersion: UInt32 = 2

/// The rows that go into one panel, in the bytes of the GGUF file.
@safe package struct PanelSource {
    /// First row; no alignment required.
    @unsafe package let base: UnsafeRawPointer
    /// Bytes from one row to the next.
    package let rowStride: Int
    /// 1...16; the panel's other rows become padding.
    package let rowCount: Int
    /// Weights of a row.
    package let columns: Int

    package init(base: UnsafeRawPointer, rowStride: Int, rowCount: Int, columns: Int) {
        precondition((1...rowsPerPanel).contains(rowCount))
        unsafe self.base = base
        self.rowStride = rowStride
        self.rowCount = rowCount
        self.columns = columns
    }
}

extension PanelLayout {
    /// Block by block: restored, then decoded by the type's reference codec.
    package func unpackRow(
        _ row: Int, of panel: UnsafeRawPointer, columns: Int, into weights: UnsafeMutablePointer<Float>
    ) {
        let traits = type.traits
        precondition(traits.bytesPerBlock <= 512)
        unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { scratch in
            guard let block = scratch.baseAddress else { return }
            for index in 0..<columns / traits.weightsPerBlock {
                unsafe restoreBlock(index, row: row, of: panel, columns: columns, into: block)
                unsafe traits.format.decode(block, into: weights + index * traits.weightsPerBlock)
            }
        }
    }

    /// Panels that a matrix of `rows` rows takes.
    package func panelCount(rows: Int) -> Int { (rows + rowsPerPanel - 1) / rowsPerPanel }
}

extension QuantizationType {
    /// How matrices of this type are packed.
    ///
    /// Types whose kernels unpack them to bytes first share `TransposedBlocks`; those that no model stores its
    /// matrices in keep their blocks as they are (`InterleavedBlocks`).
    package var panelLayout: any PanelLayout {
        switch self {
        case .f32: FloatPanel(type: self)
        case .f16: FloatPanel(type: self)
        case .bf16: BF16Panel()
        case .q8_0: Q8_0Panel()
        case .q4_0: Q4_0Panel()
        case .q4_K: Q4_KPanel()
        case .q6_K: Q6_KPanel()
        case .q4_1, .q5_0, .q5_1, .iq4_nl, .mxfp4, .q1_0, .q2_0: TransposedBlocks(type: self)
        case .nvfp4, .q2_K, .q5_K, .iq4_xs, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s, .iq1_s, .iq1_m:
            TransposedBlocks(type: self)
        case .q3_K, .tq1_0, .tq2_0: TransposedBlocks(type: self, headIsLast: true)
        default: InterleavedBlocks(type: self)
        }
    }

    /// Bytes of a panel of sixteen rows of so many weights.
    package func bytesPerPanel(columns: Int) -> Int { panelLayout.byteCount(columns: columns) }
}
