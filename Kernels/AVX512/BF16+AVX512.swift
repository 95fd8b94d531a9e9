#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_pairs w0·x0 + w1·x1 on vdpbf16ps, which takes both operands in bfloat16 and sums in float32.
    //
    // Panel: [K/2][16 rows][2]. Two panels × 12 tokens: 24 sums, two weight vectors and a broadcast. Few tokens run two
    // panels together, since the chain of sums of one waits six cycles for every 64 bytes.

    /// BF16 × `bfloat16`, for CPUs with AVX-512 BF16.
    func multiplyBF16Pairs(_ product: MatrixProduct) {
        forEachTile(product, tile: floatTokenTile) { columns in
            (columns + 1) / 2 * 64
        } stream: {
            floatPanelsTogether($0)
        } run: { tile, panels, tokens in
            switch (panels, tokens) {
            case (2, 12): rows(Panels<2>(), Tokens<12>(), tile)
            case (2, 1): rows(Panels<2>(), Tokens<1>(), tile)
            case (2, 2): rows(Panels<2>(), Tokens<2>(), tile)
            case (2, 3): rows(Panels<2>(), Tokens<3>(), tile)
            default:
                for panel in 0..<panels { rows(tokens, tile.panel(panel)) }
            }
        }
    }

    @inline(__always)
    private func rows(_ tokens: Int, _ tile: Tile) {
        switch tokens {
        case 1: rows(Panels<1>(), Tokens<1>(), tile)
        case 2: rows(Panels<1>(), Tokens<2>(), tile)
        case 3: rows(Panels<1>(), Tokens<3>(), tile)
        case 4: rows(Panels<1>(), Tokens<4>(), tile)
        case 5: rows(Panels<1>(), Tokens<5>(), tile)
        case 6: rows(Panels<1>(), Tokens<6>(), tile)
        case 7: rows(Panels<1>(), Tokens<7>(), tile)
        case 8: rows(Panels<1>(), Tokens<8>(), tile)
        case 9: rows(Panels<1>(), Tokens<9>(), tile)
        case 10: rows(Panels<1>(), Tokens<10>(), tile)
        case 11: rows(Panels<1>(), Tokens<11>(), tile)
        default: rows(Panels<1>(), Tokens<12>(), tile)
        }
    }

    private func rows<let P: Int, let T: Int>(_: Panels<P>, _: Tokens<T>, _ tile: Tile) {
        let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
        var sums = InlineArray<P, InlineArray<T, __m512>>(repeating: zeros)
        for p in 0..<P { for t in 0..<T { sums[p][t] = tile.sum(t, panel: p) } }
        var w = tile.weights
        var x = tile.activations
        var pairs = (tile.columns + 1) / 2
        while pairs > 0 {
            var pair = InlineArray<P, __m512i>(repeating: _mm512_setzero_si512())
            for p in 0..<P {
                pair[p] = load512(w + p &* tile.panelBytes)
                tile.fetch(after: w + p &* tile.panelBytes, tokens: T)
            }
            // In two halves, which are small enough to be unrolled.
            for t in 0..<T / 2 {
                let y = broadcast(x + t * 4)
                for p in 0..<P { sums[p][t] = isa_dpbf16(sums[p][t], pair[p], y) }
            }
            for t in T / 2..<T {
                let y = broadcast(x + t * 4)
                for p in 0..<P { sums[p][t] = isa_dpbf16(sums[p][t], pair[p], y) }
            }
            w += 64
            x += 4 * T
            pairs &-= 1
        }
        for p in 0..<P { for t in 0..<T { tile.store(sums[p][t], t, panel: p) } }
    }
#endif
