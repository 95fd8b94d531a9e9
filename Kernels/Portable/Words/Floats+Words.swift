import Quantization

// y[t][r] = Σ_k w[k][r] · x[k][t], summed in float32 from the first column to the last.

/// F32 weights, `[K][16]`.
func multiplyF32(_ product: MatrixProduct) {
    multiplyColumns(product, bytesPerColumn: 64) { $0.loadUnaligned(as: SIMD16<Float>.self) }
}

/// F16 weights, `[K][16]`.
func multiplyF16(_ product: MatrixProduct) {
    multiplyColumns(product, bytesPerColumn: 32) { loadHalf16($0) }
}

@inline(__always)
private func multiplyColumns(
    _ product: MatrixProduct, bytesPerColumn: Int, load: (UnsafeRawPointer) -> SIMD16<Float>
) {
    let panelBytes = (product.activations.columns * bytesPerColumn + 63) & ~63
    forEachTile(product, panelBytes: panelBytes) {
        columns(Tokens<1>(), $0, bytesPerColumn, load)
    } wide: {
        columns(WideTile(), $0, bytesPerColumn, load)
    }
}

@inline(__always)
private func columns<let T: Int>(
    _: Tokens<T>, _ tile: Tile, _ bytesPerColumn: Int, _ load: (UnsafeRawPointer) -> SIMD16<Float>
) {
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var w = tile.weights
    var x = tile.activations + tile.token * 4
    for _ in 0..<tile.columns {
        let column = load(w)
        Tokens<T>.each { t in sums[t] = multiplyAdd16(column, splat(x + t * 4), sums[t]) }
        w += bytesPerColumn
        x += tile.interleave &* 4
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}

/// BF16 weights, `[K/2][16][2]`, widened exactly.
func multiplyBF16(_ product: MatrixProduct) {
    forEachTile(product, panelBytes: (product.activations.columns + 1) / 2 * 64) {
        columnPairs(Tokens<1>(), $0)
    } wide: {
        columnPairs(WideTile(), $0)
    }
}

@inline(__always)
private func columnPairs<let T: Int>(_: Tokens<T>, _ tile: Tile) {
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var w = tile.weights
    var x = tile.activations + tile.token * 4
    for _ in 0..<tile.columns / 2 {
        let pair = w.loadUnaligned(as: SIMD16<UInt32>.self)
        let even = unsafeBitCast(pair &<< 16, to: SIMD16<Float>.self)
        let odd = unsafeBitCast(pair & 0xFFFF_0000, to: SIMD16<Float>.self)
        Tokens<T>.each { t in sums[t] = multiplyAdd16(even, splat(x + t * 4), sums[t]) }
        x += tile.interleave &* 4
        Tokens<T>.each { t in sums[t] = multiplyAdd16(odd, splat(x + t * 4), sums[t]) }
        x += tile.interleave &* 4
        w += 64
    }
    if tile.columns & 1 == 1 {
        let last = unsafeBitCast(w.loadUnaligned(as: SIMD16<UInt32>.self) &<< 16, to: SIMD16<Float>.self)
        Tokens<T>.each { t in sums[t] = multiplyAdd16(last, splat(x + t * 4), sums[t]) }
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}
