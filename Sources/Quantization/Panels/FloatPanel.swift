internal import Tensors

/// F32 and F16: `[columns][16 rows]`.
struct FloatPanel: PanelLayout {
    let type: QuantizationType

    private var isHalf: Bool { type == .f16 }

    func byteCount(columns: Int) -> Int { (columns * rowsPerPanel * (isHalf ? 2 : 4) + 63) & ~63 }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        unsafe clearPanel(panel, byteCount(columns: source.columns), unless: source.rowCount == rowsPerPanel)
        if isHalf {
            if source.columns & 1 == 1 {
                // The last column leaves half a line of padding.
                unsafe (panel + byteCount(columns: source.columns) - 32).initializeMemory(
                    as: UInt8.self, repeating: 0, count: 32)
            }
            unsafe interleave(source, as: UInt16.self, into: panel)
        } else {
            unsafe interleave(source, as: UInt32.self, into: panel)
        }
    }

    private func interleave<Element: BitwiseCopyable>(
        _ source: PanelSource, as element: Element.Type, into panel: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<Element>.size
        for column in 0..<source.columns {
            let from = unsafe source.base + (column &* size)
            let to = unsafe panel + (column &* rowsPerPanel &* size)
            for row in 0..<source.rowCount {
                let value = unsafe (from + (row &* source.rowStride)).loadUnaligned(as: Element.self)
                unsafe to.storeBytes(of: value, toByteOffset: row &* size, as: Element.self)
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let size = isHalf ? 2 : 4
        unsafe block.copyMemory(from: panel + (index * rowsPerPanel + row) * size, byteCount: size)
    }

    func unpackRow(
        _ row: Int, of panel: UnsafeRawPointer, columns: Int, into weights: UnsafeMutablePointer<Float>
    ) {
        for column in 0..<columns {
            let index = column &* rowsPerPanel &+ row
            if isHalf {
                unsafe weights[column] = Half.float(panel.load(fromByteOffset: index &* 2, as: UInt16.self))
            } else {
                unsafe weights[column] = panel.load(fromByteOffset: index &* 4, as: Float.self)
            }
        }
    }
}
