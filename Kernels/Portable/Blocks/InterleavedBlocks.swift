import Quantization

// One text for every instruction set: `multiplyAdd16` and the vector length are the module's.

/// Any type, decoded by its reference codec: 256 columns of a panel at a time into 16 KB of scratch, which all
/// tokens then read. The matrix stays in its own size; many tokens share one decoding.
///
/// `y[t][r] = Σ_chunks Σ_k w[k][r] · x[k][t]`: within a chunk from the first column to the last.
func multiplyInterleavedBlocks(_ product: MatrixProduct) {
    let type = product.weights.type
    let columns = product.activations.columns
    let bytesPerPanel = type.bytesPerPanel(columns: columns)
    var scratch = Scratch()
    withUnsafeMutableBytes(of: &scratch) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        for panel in product.panels {
            let panelBase = product.weights.base + panel * bytesPerPanel
            var column = 0
            while column < columns {
                let count = min(chunkColumns, columns - column)
                let blocks = panelBase + column / type.weightsPerBlock * 16 * type.bytesPerBlock
                decode(blocks, type, columns: count, into: scratch)
                addProduct(scratch, product, panel: panel, columns: column..<column + count)
                column += count
            }
        }
    }
}

/// Decodes `columns` columns of sixteen rows to `[columns][16]`.
private func decode(
    _ blocks: UnsafeRawPointer, _ type: QuantizationType, columns: Int, into scratch: UnsafeMutableRawPointer
) {
    let format = type.format
    let weightsPerBlock = type.weightsPerBlock
    let bytesPerBlock = type.bytesPerBlock
    let weights = scratch.assumingMemoryBound(to: Float.self)
    let row = weights + chunkColumns * 16
    for block in 0..<columns / weightsPerBlock {
        for r in 0..<16 {
            format.decode(blocks + (block &* 16 &+ r) &* bytesPerBlock, into: row)
            let to = weights + (block &* weightsPerBlock &* 16 &+ r)
            for k in 0..<weightsPerBlock { to[k &* 16] = row[k] }
        }
    }
}

/// Adds the product of decoded columns to the output of all tokens; the first columns set it.
private func addProduct(_ weights: UnsafeRawPointer, _ product: MatrixProduct, panel: Int, columns: Range<Int>) {
    let activations = product.activations
    var first = product.tokens.lowerBound
    while first < product.tokens.upperBound {
        let interleave = min(activations.tokenTile, product.tokens.upperBound - first)
        let x = activations.base + (first * activations.columns + columns.lowerBound * interleave) * 4
        let output = product.output.base + (first * product.output.stride + panel * 16)
        var slot = 0
        while slot < interleave {
            let part = ColumnProduct(
                weights: weights, activations: UnsafeRawPointer(x) + slot * 4, interleave: interleave,
                columns: columns.count, startsAtZero: columns.lowerBound == 0,
                output: UnsafeMutableRawPointer(output + slot * product.output.stride),
                outputStride: product.output.stride * 4)
            if slot + 4 <= interleave {
                part.add(Slots<4>())
                slot += 4
            } else {
                part.add(Slots<1>())
                slot += 1
            }
        }
        first += interleave
    }
}

/// Names the number of tokens that a product is compiled for.
private struct Slots<let count: Int> {}

/// Some columns of sixteen rows times some tokens of a panel.
private struct ColumnProduct {
    let weights: UnsafeRawPointer
    let activations: UnsafeRawPointer
    let interleave: Int
    let columns: Int
    let startsAtZero: Bool
    let output: UnsafeMutableRawPointer
    let outputStride: Int

    @inline(__always)
    func add<let T: Int>(_: Slots<T>) {
        var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
        if !startsAtZero {
            for t in 0..<T { sums[t] = (output + t &* outputStride).loadUnaligned(as: SIMD16<Float>.self) }
        }
        var w = weights
        var x = activations
        for _ in 0..<columns {
            let column = w.loadUnaligned(as: SIMD16<Float>.self)
            for t in 0..<T {
                let y = SIMD16(repeating: (x + t * 4).loadUnaligned(as: Float.self))
                sums[t] = multiplyAdd16(column, y, sums[t])
            }
            w += 64
            x += interleave &* 4
        }
        for t in 0..<T { (output + t &* outputStride).storeBytes(of: sums[t], as: SIMD16<Float>.self) }
    }
}
