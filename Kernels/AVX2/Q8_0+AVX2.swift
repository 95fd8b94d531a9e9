#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw · dx) · Σ_32 w·x,   |w| as the unsigned operand and x with the sign of w
    //
    // The unsigned code of the panel, u = w + 128, would overflow the 16-bit sums of vpmaddubsw: 2 · 255 · 127. |w|
    // does not: 2 · 128 · 127 < 2¹⁵; x is never −128.

    /// Q8_0 × `int8Per32`.
    func multiplyQ8_0(_ product: MatrixProduct) {
        let blocks = product.activations.columns / 32
        forEachTile(product, tile: integerTokenTile, panelBytes: (blocks + 1) / 2 * 64 + blocks * 512) { tile, tokens in
            switch tokens {
            case 1: rows(Tokens<1>(), tile)
            case 2: rows(Tokens<2>(), tile)
            case 3: rows(Tokens<3>(), tile)
            default: rows(Tokens<4>(), tile)
            }
        }
    }

    private func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
        for t in 0..<T { for half in 0..<2 { tile.store(_mm256_setzero_ps(), half, t) } }
        let topBits = _mm256_set1_epi8(-128)
        let ones = _mm256_set1_epi16(1)
        var d = tile.weights
        var values = tile.weights + 64
        var x = tile.activations
        let blocks = tile.columns / 32
        var block = 0
        while block < blocks {
            tile.fetch(after: d)
            for i in 0..<8 { tile.fetch(after: values + i * 64) }
            for half in 0..<2 {
                var dots = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                for g in 0..<8 {
                    let w = _mm256_xor_si256(load256(values + (g * 64 + half &* 32)), topBits)
                    let magnitude = _mm256_abs_epi8(w)
                    for t in 0..<T {
                        let y = _mm256_sign_epi8(broadcast(x + (g * T + t) * 4), w)
                        let pairs = _mm256_maddubs_epi16(magnitude, y)
                        dots[t] = _mm256_add_epi32(dots[t], _mm256_madd_epi16(pairs, ones))
                    }
                }
                let dw = halves(d + half &* 16)
                for t in 0..<T {
                    let scale = _mm256_mul_ps(dw, splat(x + (32 * T + t * 4)))
                    tile.store(_mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[t]), scale, tile.sum(half, t)), half, t)
                }
            }
            // The scales of a pair lie before the values of its first block.
            let odd = block & 1
            values += 512 &+ odd &* 64
            d += 32 &+ odd &* 1024
            x += 40 * T
            block &+= 1
        }
    }
#endif
