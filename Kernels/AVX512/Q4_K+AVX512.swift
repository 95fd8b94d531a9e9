#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ_32 u·x) − dmin · Σ_groups m·(Σ_32 x)),   w = d·s·u − dmin·m
    //
    // Panel: `Q4_KPanel`. Both sums over groups are integers. The minima need no pass over the values: a pair of
    // groups' m times the pair of sums is one vpdpwssd. Per block, token and panel: 64 dot products, 8 products
    // by s, 4 by m, 3 in floating point. The running sums live in the output, which stays in L1: the
    // registers hold 12 dot products and 12 block sums.

    /// Q4_K × `int8Per256`.
    func multiplyQ4_K(_ product: MatrixProduct) {
        forEachTile(product, tile: integerTokenTile) { columns in
            columns / 256 * blockBytes
        } stream: { _ in
            1
        } run: { tile, panels, tokens in
            switch (panels, tokens) {
            case (2, 6): rows(Panels<2>(), Tokens<6>(), tile)
            default:
                for panel in 0..<panels { rows(tokens, tile.panel(panel)) }
            }
        }
    }

    private var blockBytes: Int { 2368 }

    @inline(__always)
    private func rows(_ tokens: Int, _ tile: Tile) {
        switch tokens {
        case 1: rows(Panels<1>(), Tokens<1>(), tile)
        case 2: rows(Panels<1>(), Tokens<2>(), tile)
        case 3: rows(Panels<1>(), Tokens<3>(), tile)
        case 4: rows(Panels<1>(), Tokens<4>(), tile)
        case 5: rows(Panels<1>(), Tokens<5>(), tile)
        default: rows(Panels<1>(), Tokens<6>(), tile)
        }
    }

    private func rows<let P: Int, let T: Int>(_: Panels<P>, _: Tokens<T>, _ tile: Tile) {
        let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        let nones = InlineArray<P, InlineArray<T, __m512i>>(repeating: none)
        let low = _mm512_set1_epi8(15)
        for p in 0..<P { for t in 0..<T { tile.store(tile.sum(p, t), p, t) } }
        var w = tile.weights
        var block = tile.activations
        var blocks = tile.columns / 256
        while blocks > 0 {
            for p in 0..<P { for i in 0..<5 { tile.fetch(after: w + (p &* tile.panelBytes &+ i * 64), tokens: T) } }
            var sums = nones
            var x = block
            var values = w + 320
            var scales = w + 64
            for _ in 0..<8 {
                var dots = nones
                var others = nones
                for g in 0..<4 {
                    var codes = InlineArray<P, __m512i>(repeating: _mm512_setzero_si512())
                    for p in 0..<P {
                        codes[p] = load512(values + (p &* tile.panelBytes &+ g * 64))
                        tile.fetch(after: values + (p &* tile.panelBytes &+ g * 64), tokens: T)
                    }
                    for t in 0..<T {
                        let y = broadcast(x + (2 * g * T + t) * 4)
                        for p in 0..<P {
                            dots[p][t] = _mm512_dpbusd_epi32(dots[p][t], _mm512_and_si512(codes[p], low), y)
                        }
                    }
                    for t in 0..<T {
                        let y = broadcast(x + ((2 * g + 1) * T + t) * 4)
                        for p in 0..<P {
                            let high = _mm512_and_si512(_mm512_srli_epi16(codes[p], 4), low)
                            if T <= 2 {
                                others[p][t] = _mm512_dpbusd_epi32(others[p][t], high, y)
                            } else {
                                dots[p][t] = _mm512_dpbusd_epi32(dots[p][t], high, y)
                            }
                        }
                    }
                }
                if T <= 2 {
                    for p in 0..<P { for t in 0..<T { dots[p][t] = _mm512_add_epi32(dots[p][t], others[p][t]) } }
                }
                for p in 0..<P {
                    let scale = _mm512_cvtepu8_epi32(load128(scales + p &* tile.panelBytes))
                    for t in 0..<T {
                        sums[p][t] = _mm512_add_epi32(sums[p][t], _mm512_mullo_epi32(dots[p][t], scale))
                    }
                }
                x += 32 * T
                values += 256
                scales += 16
            }
            // No loop: it would not be unrolled, and an index that varies keeps the sums out of registers.
            addBlock(sums[0], w, block + 256 * T, tile, 0)
            if P == 2 { addBlock(sums[P - 1], w + tile.panelBytes, block + 256 * T, tile, 1) }
            w += blockBytes
            block += 340 * T
            blocks &-= 1
        }
    }

    /// Adds one block of one panel to the output.
    ///
    /// - Parameter x: the block's activation scales, then the sums per 32.
    @inline(__always)
    private func addBlock<let T: Int>(
        _ sums: InlineArray<T, __m512i>, _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ tile: Tile, _ p: Int
    ) {
        let d = loadHalf16(w)
        let dmin = loadHalf16(w + 32)
        var m = InlineArray<4, __m512i>(repeating: _mm512_setzero_si512())
        for i in 0..<4 { m[i] = _mm512_cvtepu8_epi16(load256(w + (192 + i * 32))) }
        for t in 0..<T {
            var minima = _mm512_setzero_si512()
            for i in 0..<4 { minima = _mm512_dpwssd_epi32(minima, m[i], broadcast(x + (4 * T + t * 16 + i * 4))) }
            let scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[t]), d)
            let value = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(minima), dmin, scaled)
            let sum = tile.output(p, t).loadUnaligned(as: __m512.self)
            tile.store(_mm512_fmadd_ps(value, splat(x + t * 4), sum), p, t)
        }
    }
#endif
