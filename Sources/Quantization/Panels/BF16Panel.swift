internal import Tensors

/// BF16: `[columns/2][16 rows][2]`, the operand of a bfloat16 pair dot product; an odd last column is paired
/// with zeros.
struct BF16Panel: PanelLayout {
    let type = QuantizationType.bf16

    func byteCount(columns: Int) -> Int { (columns + 1) / 2 * (rowsPerPanel * 4) }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        source.withAllRows(bytesPerRow: source.columns * 2) { source in
            unsafe packWords(source, count: source.columns / 2, into: panel)
            guard source.columns & 1 == 1 else { return }
            let line = unsafe panel + source.columns / 2 * 64
            for row in 0..<rowsPerPanel {
                let last = unsafe source.base + row * source.rowStride + (source.columns - 1) * 2
                unsafe line.set(word32: UInt32(last.word16(at: 0)), at: row * 4)
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
