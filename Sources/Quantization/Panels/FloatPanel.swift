internal import Tensors

/// F32 and F16: `[columns][16 rows]`.
struct FloatPanel: PanelLayout {
    let type: QuantizationType

    private var isHalf: Bool { type == .f16 }

    func byteCount(columns: Int) -> Int { (columns * rowsPerPanel * (isHalf ? 2 : 4) + 63) & ~63 }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        source.withAllRows(bytesPerRow: source.columns * (isHalf ? 2 : 4)) { source in
            if isHalf {
                unsafe packHalves(source, into: panel)
            } else {
                unsafe packWords(source, count: source.columns, into: panel)
            }
        }
    }

    /// A word is a pair of columns: the first in its low, the second in its high half.
    private func packHalves(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let done = source.forEachSquare(words: source.columns / 2) { square, word, row in
            let target = unsafe panel + (word &* 64 &+ row &* 2)
            unsafe store(square.word0, to: target)
            unsafe store(square.word1, to: target + 64)
            unsafe store(square.word2, to: target + 128)
            unsafe store(square.word3, to: target + 192)
        }
        for column in done * 2..<source.columns {
            for row in 0..<rowsPerPanel {
                let value = unsafe (source.base + (row * source.rowStride + column * 2)).word16(at: 0)
                unsafe panel.set(word16: value, at: column * 32 + row * 2)
            }
        }
        // An odd last column leaves half a line of padding.
        guard source.columns & 1 == 1 else { return }
        unsafe clearPanel(panel + source.columns * 32, 32, unless: false)
    }

    /// Stores the low halves of four rows, and those of the next column 32 bytes on.
    @inline(__always)
    private func store(_ pairs: SIMD4<UInt32>, to target: UnsafeMutableRawPointer) {
        let halves = unsafe unsafeBitCast(pairs, to: SIMD8<UInt16>.self)
        unsafe target.storeBytes(of: SIMD4(halves[0], halves[2], halves[4], halves[6]), as: SIMD4<UInt16>.self)
        unsafe target.storeBytes(
            of: SIMD4(halves[1], halves[3], halves[5], halves[7]), toByteOffset: 32, as: SIMD4<UInt16>.self)
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
