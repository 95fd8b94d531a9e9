import Quantization

/// Q4_K: `y = Σ_blocks dx · (d · Σ_groups s·(Σ_32 u·x) − dmin · Σ_groups m·(Σ_32 x))`.
func multiplyQ4_K(_ product: MatrixProduct) {
    forEachTile(product, panelBytes: product.activations.columns / 256 * 2368) {
        rows(Tokens<1>(), $0)
    } wide: {
        rows(WideTile(), $0)
    }
}

@inline(__always)
private func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
    let n = tile.interleave
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var w = tile.weights
    var block = tile.activations
    for _ in 0..<tile.columns / 256 {
        var scaled = InlineArray<T, SIMD16<Float>>(repeating: .zero)
        var minima = InlineArray<T, SIMD16<Float>>(repeating: .zero)
        for group in 0..<8 {
            let dots = groupDots(Tokens<T>(), w + (320 + group * 256), block + (group * 32 &* n &+ tile.token &* 4), n)
            let scale = bytes(w + (64 + group * 16))
            let minimum = bytes(w + (192 + group / 2 * 32 + group % 2), stride: 2)
            Tokens<T>.each { t in
                scaled[t] = multiplyAdd16(floats(dots[t]), scale, scaled[t])
                let sum = block + (260 &* n &+ (tile.token &+ t) &* 16 &+ group &* 2)
                minima[t] = multiplyAdd16(
                    minimum, SIMD16(repeating: Float(sum.loadUnaligned(as: Int16.self))), minima[t])
            }
        }
        let d = loadHalf16(w)
        let dmin = loadHalf16(w + 32)
        Tokens<T>.each { t in
            let dx = splat(block + (256 &* n &+ (tile.token &+ t) &* 4))
            sums[t] = multiplyAdd16(d * scaled[t] - dmin * minima[t], dx, sums[t])
        }
        w += 2368
        block += 340 &* n
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}

/// `Σ_32 u·x` of one group.
@inline(__always)
private func groupDots<let T: Int>(
    _: Tokens<T>, _ values: UnsafeRawPointer, _ x: UnsafeRawPointer, _ n: Int
) -> InlineArray<T, SIMD16<Int32>> {
    var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
    for word in 0..<4 {
        let codes = (values + word * 64).loadUnaligned(as: SIMD16<UInt32>.self)
        let low = FourBytes(nibbles: codes)
        let high = FourBytes(nibbles: codes &>> 4)
        Tokens<T>.each { t in
            low.addDot(FourBytes(broadcasting: x + (2 &* word &* n &+ t) &* 4), to: &dots[t])
            high.addDot(FourBytes(broadcasting: x + ((2 &* word &+ 1) &* n &+ t) &* 4), to: &dots[t])
        }
    }
    return dots
}
