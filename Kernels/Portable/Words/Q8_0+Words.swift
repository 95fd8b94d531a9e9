import Quantization

/// Q8_0: `y = Σ_blocks (dw · dx) · Σ_32 w·x`.
func multiplyQ8_0(_ product: MatrixProduct) {
    let blocks = product.activations.columns / 32
    forEachTile(product, panelBytes: (blocks + 1) / 2 * 64 + blocks * 512) {
        rows(Tokens<1>(), $0)
    } wide: {
        rows(WideTile(), $0)
    }
}

@inline(__always)
private func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
    let n = tile.interleave
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var x = tile.activations
    for block in 0..<tile.columns / 32 {
        let pair = tile.weights + (block / 2) * 1088
        let values = pair + (64 + (block & 1) * 512)
        var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
        for group in 0..<8 {
            let w = FourBytes(flipped: (values + group * 64).loadUnaligned(as: SIMD16<UInt32>.self))
            Tokens<T>.each { t in
                w.addDot(FourBytes(broadcasting: x + (group &* n &+ tile.token &+ t) &* 4), to: &dots[t])
            }
        }
        let dw = loadHalf16(pair + (block & 1) * 32)
        Tokens<T>.each { t in
            let dx = splat(x + (32 &* n &+ (tile.token &+ t) &* 4))
            sums[t] = multiplyAdd16(floats(dots[t]), dw * dx, sums[t])
        }
        x += 40 &* n
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}
