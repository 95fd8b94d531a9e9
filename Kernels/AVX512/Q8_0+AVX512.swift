#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw · dx) · (Σ_32 u·x − 128·Σ_32 x),   w = dw·(u − 128)
    //
    // Panel: per pair of blocks 64 bytes of half-precision dw, then [8][16 rows][4] u of each block.
    // 8 dot products, a conversion, a product and a sum per block, token and panel: 8 of 10 multiplier
    // operations are dot products.

    /// Q8_0 × `int8Per32`.
    func multiplyQ8_0(_ product: MatrixProduct) {
        Q8_0Rows().multiply(product) { columns in (columns / 32 + 1) / 2 * 64 + columns / 32 * 512 }
    }

    private struct Q8_0Rows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
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
                for g in 0..<8 {
                    tile.fetch(after: w + g * 64, tokens: T)
                    let u = load512(w + g * 64)
                    for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (g * T + t) * 4)) }
                }
                let dw = loadHalf16(d)
                for t in 0..<T {
                    let scale = _mm512_mul_ps(dw, splat(x + (32 * T + t * 4)))
                    sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[t]), scale, sums[t])
                }
                // The scales of a pair lie before the values of its first block.
                let odd = block & 1
                w += 512 &+ odd &* 64
                d += 32 &+ odd &* 1024
                x += 40 * T
                block &+= 1
            }
            for t in 0..<T { tile.store(sums[t], t) }
        }
    }
#endif
