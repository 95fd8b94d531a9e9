import Quantization

/// Q6_K: `y = Σ_blocks dx · d · Σ_groups s·(Σ_16 u·x − 32·Σ_16 x)`.
func multiplyQ6_K(_ product: MatrixProduct) {
    let blocks = product.activations.columns / 256
    forEachTile(product, panelBytes: (blocks + 1) / 2 * 64 + blocks * 3328) {
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
    for block in 0..<tile.columns / 256 {
        let pair = tile.weights + (block / 2) * 6720
        let w = pair + (64 + (block & 1) * 3328)
        var scaled = InlineArray<T, SIMD16<Float>>(repeating: .zero)
        for group in 0..<16 {
            let values = w + (256 + group * 192)
            let upper = (values + 128).loadUnaligned(as: SIMD16<UInt32>.self)
            var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
            Tokens<T>.each { t in
                let correction = x + (276 &* n &+ group &* 4 &* n &+ t &* 4)
                dots[t] = SIMD16(repeating: correction.loadUnaligned(as: Int32.self))
            }
            for word in 0..<4 {
                let low = (values + word / 2 * 64).loadUnaligned(as: SIMD16<UInt32>.self) &>> UInt32(word % 2 * 4)
                let high = ((upper &>> UInt32(word * 2)) & 0x0303_0303) &<< 4
                let codes = FourBytes(unsigned: low & 0x0F0F_0F0F | high)
                Tokens<T>.each { t in
                    codes.addDot(FourBytes(broadcasting: x + ((group &* 4 &+ word) &* n &+ t) &* 4), to: &dots[t])
                }
            }
            let scale = signedBytes(w + group * 16)
            Tokens<T>.each { t in scaled[t] = multiplyAdd16(floats(dots[t]), scale, scaled[t]) }
        }
        let d = loadHalf16(pair + (block & 1) * 32)
        Tokens<T>.each { t in sums[t] = multiplyAdd16(scaled[t], d * splat(x + (256 &* n &+ t &* 4)), sums[t]) }
        x += 340 &* n
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}
