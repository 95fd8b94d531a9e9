import Quantization

/// Any type, decoded by its reference codec: 256 columns of a panel at a time into 16 KB of scratch, which all
/// tokens then read. The matrix stays in its own size; many tokens share one decoding.
///
/// `y[t][r] = Σ_chunks Σ_k w[k][r] · x[k][t]`: within a chunk from the first column to the last.
func multiplyInterleavedBlocks(_ product: MatrixProduct) {
    let traits = product.weights.type.traits
    let columns = product.activations.columns
    let bytesPerPanel = product.weights.type.panelLayout.byteCount(columns: columns)
    var scratch = DecodedColumns()
    withUnsafeMutableBytes(of: &scratch) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        for panel in product.panels {
            var blocks = product.weights.base + panel * bytesPerPanel
            var column = 0
            while column < columns {
                let count = min(DecodedColumns.count, columns - column)
                decode(blocks, traits, columns: count, into: scratch)
                addProduct(scratch, product, panel: panel, columns: column..<column + count)
                blocks += count / traits.weightsPerBlock * traits.bytesPerBlock * 16
                column += count
            }
        }
    }
}

/// Scratch of one chunk: the columns, then one block of one row. Every type's block divides the chunk.
private struct DecodedColumns {
    static let count = 256
    var columns = InlineArray<256, SIMD16<Float>>(repeating: .zero)
    var block = InlineArray<16, SIMD16<Float>>(repeating: .zero)
}

/// Decodes `columns` columns of sixteen rows to `[columns][16]`.
private func decode(
    _ blocks: UnsafeRawPointer, _ traits: QuantizationType.Traits, columns: Int, into scratch: UnsafeMutableRawPointer
) {
    let weights = scratch.assumingMemoryBound(to: Float.self)
    let row = weights + DecodedColumns.count * 16
    for block in 0..<columns / traits.weightsPerBlock {
        for r in 0..<16 {
            traits.format.decode(blocks + (block &* 16 &+ r) &* traits.bytesPerBlock, into: row)
            let to = weights + (block &* traits.weightsPerBlock &* 16 &+ r)
            for k in 0..<traits.weightsPerBlock { to[k &* 16] = row[k] }
        }
    }
}

/// Adds the product of decoded columns to the output of all tokens; the first columns set it.
private func addProduct(_ weights: UnsafeRawPointer, _ product: MatrixProduct, panel: Int, columns: Range<Int>) {
    let activations = product.activations
    var first = product.tokens.lowerBound
    while first < product.tokens.upperBound {
        let interleave = min(activations.tokenTile, product.tokens.upperBound - first)
        let base = activations.base + (first * activations.columns + columns.lowerBound * interleave) * 4
        for slot in 0..<interleave {
            let output = UnsafeMutableRawPointer(
                product.output.base + ((first + slot) * product.output.stride + panel * 16))
            var sum = columns.lowerBound == 0 ? SIMD16<Float>.zero : output.loadUnaligned(as: SIMD16<Float>.self)
            var w = weights
            var x = UnsafeRawPointer(base + slot * 4)
            for _ in columns {
                sum = multiplyAdd(w.loadUnaligned(as: SIMD16<Float>.self), splat(x), sum)
                w += 64
                x += interleave &* 4
            }
            output.storeBytes(of: sum, as: SIMD16<Float>.self)
        }
        first += interleave
    }
}
