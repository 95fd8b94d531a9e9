#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw · dx) · (Σ_32 u·x − 8·Σ_32 x),   w = dw·(u − 8)
    //
    // Codes of four bits leave room: the products of a whole block sum up in 16 bits (8 · 2 · 15 · 127 < 2¹⁵)
    // before they widen.

    /// Q4_0 × `int8Per32`.
    func multiplyQ4_0(_ product: MatrixProduct) {
        let blocks = product.activations.columns / 32
        forEachTile(product, tile: integerTokenTile, panelBytes: (blocks + 1) / 2 * 64 + blocks * 256) { tile, tokens in
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
        let low = _mm256_set1_epi8(15)
        let ones = _mm256_set1_epi16(1)
        var d = tile.weights
        var values = tile.weights + 64
        var x = tile.activations
        let blocks = tile.columns / 32
        var block = 0
        while block < blocks {
            tile.fetch(after: d)
            for i in 0..<4 { tile.fetch(after: values + i * 64) }
            for half in 0..<2 {
                var pairs = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                for g in 0..<4 {
                    let codes = load256(values + (g * 64 + half &* 32))
                    let first = _mm256_and_si256(codes, low)
                    let second = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low)
                    for t in 0..<T {
                        let a = _mm256_maddubs_epi16(first, broadcast(x + (g * T + t) * 4))
                        let b = _mm256_maddubs_epi16(second, broadcast(x + ((g + 4) * T + t) * 4))
                        pairs[t] = _mm256_add_epi16(pairs[t], _mm256_add_epi16(a, b))
                    }
                }
                let dw = halves(d + half &* 16)
                for t in 0..<T {
                    // The packed sum is −128·Σx.
                    let correction = _mm256_srai_epi32(broadcast(x + (36 * T + t * 4)), 4)
                    let dots = _mm256_add_epi32(_mm256_madd_epi16(pairs[t], ones), correction)
                    let scale = _mm256_mul_ps(dw, splat(x + (32 * T + t * 4)))
                    tile.store(_mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), scale, tile.sum(half, t)), half, t)
                }
            }
            // The scales of a pair lie before the values of its first block.
            let odd = block & 1
            values += 256 &+ odd &* 64
            d += 32 &+ odd &* 512
            x += 40 * T
            block &+= 1
        }
    }
#endif
