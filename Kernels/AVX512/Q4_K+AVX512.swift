#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ_32 u·x) − dmin · Σ_groups m·(Σ_32 x)),   w = d·s·u − dmin·m
    //
    // Panel: `Q4_KPanel`. Both sums over groups are integers. The minima need no pass over the values: a pair of
    // groups' m times the pair of sums is one vpdpwssd. Per block, token and panel: 64 dot products, 8 products
    // by s, 4 by m, 3 in floating point. The running sums live in the output, which stays in L1: the
    // registers hold 8 dot products and 8 block sums.

    /// Q4_K × `int8Per256`.
    func multiplyQ4_K(_ product: MatrixProduct) {
        Q4_KRows().multiply(product) { columns in columns / 256 * blockBytes }
    }

    private var blockBytes: Int { 2368 }

    private struct Q4_KRows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            let low = _mm512_set1_epi8(15)
            for t in 0..<T { tile.store(tile.sum(t), t) }
            var w = tile.weights
            var block = tile.activations
            var blocks = tile.columns / 256
            while blocks > 0 {
                for i in 0..<5 { tile.fetch(after: w + i * 64, tokens: T) }
                var sums = none
                var x = block
                var values = w + 320
                var scales = w + 64
                for _ in 0..<8 {
                    var dots = none
                    var others = none
                    for g in 0..<4 {
                        let codes = load512(values + g * 64)
                        tile.fetch(after: values + g * 64, tokens: T)
                        for t in 0..<T {
                            let y = broadcast(x + (2 * g * T + t) * 4)
                            dots[t] = _mm512_dpbusd_epi32(dots[t], _mm512_and_si512(codes, low), y)
                        }
                        let high = _mm512_and_si512(_mm512_srli_epi16(codes, 4), low)
                        for t in 0..<T {
                            let y = broadcast(x + ((2 * g + 1) * T + t) * 4)
                            if T <= 2 {
                                others[t] = _mm512_dpbusd_epi32(others[t], high, y)
                            } else {
                                dots[t] = _mm512_dpbusd_epi32(dots[t], high, y)
                            }
                        }
                    }
                    if T <= 2 { for t in 0..<T { dots[t] = _mm512_add_epi32(dots[t], others[t]) } }
                    let scale = _mm512_cvtepu8_epi32(load128(scales))
                    for t in 0..<T { sums[t] = _mm512_add_epi32(sums[t], _mm512_mullo_epi32(dots[t], scale)) }
                    x += 32 * T
                    values += 256
                    scales += 16
                }
                addBlock(sums, w, block + 256 * T, tile)
                w += blockBytes
                block += 340 * T
                blocks &-= 1
            }
        }
    }

    /// Adds one block of one panel to the output.
    ///
    /// Two loops, which LLVM unrolls; of one over eight tokens it keeps the sums in memory, where each product by s then
    /// stores them (−4 %).
    ///
    /// - Parameter x: the block's activation scales, then the sums per 32.
    @inline(__always)
    private func addBlock<let T: Int>(
        _ sums: InlineArray<T, __m512i>, _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ tile: Tile
    ) {
        let d = loadHalf16(w)
        let dmin = loadHalf16(w + 32)
        var m = InlineArray<4, __m512i>(repeating: _mm512_setzero_si512())
        for i in 0..<4 { m[i] = _mm512_cvtepu8_epi16(load256(w + (192 + i * 32))) }
        @inline(__always)
        func add(_ t: Int) {
            var minima = _mm512_setzero_si512()
            for i in 0..<4 { minima = _mm512_dpwssd_epi32(minima, m[i], broadcast(x + (4 * T + t * 16 + i * 4))) }
            let scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[t]), d)
            let value = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(minima), dmin, scaled)
            let sum = tile.output(t).loadUnaligned(as: __m512.self)
            tile.store(_mm512_fmadd_ps(value, splat(x + t * 4), sum), t)
        }
        for t in 0..<T / 2 { add(t) }
        for t in T / 2..<T { add(t) }
    }
#endif
