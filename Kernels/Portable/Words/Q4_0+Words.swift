import Quantization

/// Q4_0: `y = Σ_blocks (dw · dx) · (Σ_32 u·x − 8·Σ_32 x)`.
func multiplyQ4_0(_ product: MatrixProduct) {
    let blocks = product.activations.columns / 32
    forEachTile(product, panelBytes: (blocks + 1) / 2 * 64 + blocks * 256) {
        rows(Tokens<1>(), $0)
    } wide: {
        rows(WideTile(), $0)
    }
}

@inline(__always)
private func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
    let n = tile.interleave
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var x = tile.activations + tile.token * 4
    for block in 0..<tile.columns / 32 {
        let pair = tile.weights + (block / 2) * 576
        let values = pair + (64 + (block & 1) * 256)
        var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
        // The packed sum is −128·Σx.
        Tokens<T>.each { t in dots[t] = SIMD16(repeating: (x + (36 &* n &+ t &* 4)).loadUnaligned(as: Int32.self) >> 4)
        }
        for word in 0..<4 {
            let codes = (values + word * 64).loadUnaligned(as: SIMD16<UInt32>.self)
            let low = FourBytes(nibbles: codes)
            let high = FourBytes(nibbles: codes &>> 4)
            Tokens<T>.each { t in
                low.addDot(FourBytes(broadcasting: x + (word &* n &+ t) &* 4), to: &dots[t])
                high.addDot(FourBytes(broadcasting: x + ((word &+ 4) &* n &+ t) &* 4), to: &dots[t])
            }
        }
        let dw = loadHalf16(pair + (block & 1) * 32)
        Tokens<T>.each { t in
            sums[t] = multiplyAdd16(floats(dots[t]), dw * splat(x + (32 &* n &+ t &* 4)), sums[t])
        }
        x += 40 &* n
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}
