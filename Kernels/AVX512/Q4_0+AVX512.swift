#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw/16 · dx) · (Σ_32 16u·x − 128·Σ_32 x),   w = dw·(u − 8)
    //
    // Panel: per pair of blocks 64 bytes of half-precision dw, then [4][16 rows][4] bytes of each block, columns
    // 4j..<4j + 4 in the low and 16 + 4j..<20 + 4j in the high halves. Codes stay in the upper half of their byte:
    // the high ones need no shift, and the sum that Q8_0 uses fits them too. 16 · 15 · 127 · 4 is far from 2³¹.

    /// Q4_0 × `int8Per32`.
    func multiplyQ4_0(_ product: MatrixProduct) {
        Q4_0Rows().multiply(product) { columns in (columns / 32 + 1) / 2 * 64 + columns / 32 * 256 }
    }

    private struct Q4_0Rows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            let upper = _mm512_set1_epi8(-16)
            let sixteenth = _mm512_set1_ps(0.0625)
            var sums = zeros
            for t in 0..<T { sums[t] = tile.sum(t) }
            var x = tile.activations
            var w = tile.weights + 64
            var d = tile.weights
            let blocks = tile.columns / 32
            var block = 0
            while block < blocks {
                tile.fetch(after: d, tokens: T)
                var dots = none
                for t in 0..<T { dots[t] = broadcast(x + (36 * T + t * 4)) }
                for g in 0..<4 {
                    let codes = load512(w + g * 64)
                    tile.fetch(after: w + g * 64, tokens: T)
                    let low = _mm512_and_si512(_mm512_slli_epi16(codes, 4), upper)
                    for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], low, broadcast(x + (g * T + t) * 4)) }
                    let high = _mm512_and_si512(codes, upper)
                    for t in 0..<T {
                        dots[t] = _mm512_dpbusd_epi32(dots[t], high, broadcast(x + ((g + 4) * T + t) * 4))
                    }
                }
                let dw = _mm512_mul_ps(loadHalf16(d), sixteenth)
                for t in 0..<T {
                    let scale = _mm512_mul_ps(dw, splat(x + (32 * T + t * 4)))
                    sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[t]), scale, sums[t])
                }
                // The scales of a pair lie before the values of its first block.
                let odd = block & 1
                w += 256 &+ odd &* 64
                d += 32 &+ odd &* 512
                x += 40 * T
                block &+= 1
            }
            for t in 0..<T { tile.store(sums[t], t) }
        }
    }
#endif
