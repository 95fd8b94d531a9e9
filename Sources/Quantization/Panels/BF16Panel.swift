internal import Tensors

/// BF16: `[columns/2][16 rows][2]`, the operand of a bfloat16 pair dot product; an odd last column is paired
/// with zeros.
struct BF16Panel: PanelLayout {
    let type = QuantizationType.bf16

    func byteCount(columns: Int) -> Int { (columns + 1) / 2 * (rowsPerPanel * 4) }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        unsafe clearPanel(panel, byteCount(columns: source.columns), unless: source.rowCount == rowsPerPanel)
        for row in 0..<source.rowCount {
            let from = unsafe source.base + (row &* source.rowStride)
            let to = unsafe panel + (row &* 4)
            for pair in 0..<source.columns / 2 {
                let value = unsafe from.loadUnaligned(fromByteOffset: pair &* 4, as: UInt32.self)
                unsafe to.storeBytes(of: value, toByteOffset: pair &* 64, as: UInt32.self)
            }
            if source.columns & 1 == 1 {
                let last = unsafe from.loadUnaligned(fromByteOffset: (source.columns - 1) * 2, as: UInt16.self)
                unsafe to.storeBytes(of: UInt32(last), toByteOffset: source.columns / 2 * 64, as: UInt32.self)
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        unsafe block.copyMemory(from: panel + offset(column: index, row: row), byteCount: 2)
    }

    func unpackRow(
        _ row: Int, of panel: UnsafeRawPointer, columns: Int, into weights: UnsafeMutablePointer<Float>
    ) {
        for column in 0..<columns {
            let bits = unsafe panel.load(fromByteOffset: offset(column: column, row: row), as: UInt16.self)
            unsafe weights[column] = BFloat16.float(bits)
        }
    }

    private func offset(column: Int, row: Int) -> Int { (column >> 1) &* 64 &+ row &* 4 &+ (column & 1) &* 2 }
}
