#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_k w·x, a fused multiply-add per column, from the first to the last.
    //
    // Panels: [K][16 rows]; of BF16 [K/2][16 rows][2]. Two panels × 12 tokens: 24 sums, two weight vectors and a
    // broadcast. Few tokens run panels together, since each one's chain of sums waits four cycles for one column: 32 bytes
    // of F16, so that it takes four panels to read as fast as memory does (measured on Zen 4: two have 80 % of that).

    /// F32 × `float32`.
    func multiplyF32(_ product: MatrixProduct) { multiply(product, WholeFloats.self) }

    /// F16 × `float32`.
    func multiplyF16(_ product: MatrixProduct) { multiply(product, HalfFloats.self) }

    /// BF16 × `float32`, widened exactly: for CPUs without a dot product of bfloat16.
    func multiplyBF16(_ product: MatrixProduct) { multiply(product, BrainFloats.self) }

    /// How two adjacent columns of sixteen rows are read.
    private protocol ColumnPair {
        static var byteCount: Int { get }
        static func load(_ p: UnsafeRawPointer, column: Int) -> __m512
    }

    private enum WholeFloats: ColumnPair {
        static var byteCount: Int { 128 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int) -> __m512 {
            (p + column * 64).loadUnaligned(as: __m512.self)
        }
    }

    private enum HalfFloats: ColumnPair {
        static var byteCount: Int { 64 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int) -> __m512 { loadHalf16(p + column * 32) }
    }

    private enum BrainFloats: ColumnPair {
        static var byteCount: Int { 64 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int) -> __m512 {
            let pairs = load512(p)
            return _mm512_castsi512_ps(
                column == 0
                    ? _mm512_slli_epi32(pairs, 16)
                    : _mm512_and_si512(pairs, _mm512_set1_epi32(Int32(bitPattern: 0xFFFF_0000))))
        }
    }

    @inline(__always)
    private func multiply<C: ColumnPair>(_ product: MatrixProduct, _ pair: C.Type) {
        forEachTile(product, tile: floatTokenTile) { columns in
            // F32 panels have whole columns, the others whole lines of two columns.
            C.byteCount == 128 ? columns * 64 : (columns + 1) / 2 * 64
        } stream: { tokens in
            C.byteCount == 64 && tokens <= 2 ? 4 : floatPanelsTogether(tokens)
        } run: { tile, panels, tokens in
            switch (panels, tokens) {
            case (2, 12): rows(Panels<2>(), Tokens<12>(), tile, pair)
            case (4, 1): rows(Panels<4>(), Tokens<1>(), tile, pair)
            case (4, 2): rows(Panels<4>(), Tokens<2>(), tile, pair)
            case (2, 1): rows(Panels<2>(), Tokens<1>(), tile, pair)
            case (2, 2): rows(Panels<2>(), Tokens<2>(), tile, pair)
            case (2, 3): rows(Panels<2>(), Tokens<3>(), tile, pair)
            default:
                for panel in 0..<panels { rows(tokens, tile.panel(panel), pair) }
            }
        }
    }

    @inline(__always)
    private func rows<C: ColumnPair>(_ tokens: Int, _ tile: Tile, _ pair: C.Type) {
        switch tokens {
        case 1: rows(Panels<1>(), Tokens<1>(), tile, pair)
        case 2: rows(Panels<1>(), Tokens<2>(), tile, pair)
        case 3: rows(Panels<1>(), Tokens<3>(), tile, pair)
        case 4: rows(Panels<1>(), Tokens<4>(), tile, pair)
        case 5: rows(Panels<1>(), Tokens<5>(), tile, pair)
        case 6: rows(Panels<1>(), Tokens<6>(), tile, pair)
        case 7: rows(Panels<1>(), Tokens<7>(), tile, pair)
        case 8: rows(Panels<1>(), Tokens<8>(), tile, pair)
        case 9: rows(Panels<1>(), Tokens<9>(), tile, pair)
        case 10: rows(Panels<1>(), Tokens<10>(), tile, pair)
        case 11: rows(Panels<1>(), Tokens<11>(), tile, pair)
        default: rows(Panels<1>(), Tokens<12>(), tile, pair)
        }
    }

    private func rows<let P: Int, let T: Int, C: ColumnPair>(
        _: Panels<P>, _: Tokens<T>, _ tile: Tile, _ pair: C.Type
    ) {
        let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
        var sums = InlineArray<P, InlineArray<T, __m512>>(repeating: zeros)
        for p in 0..<P { for t in 0..<T { sums[p][t] = tile.sum(t, panel: p) } }
        var w = tile.weights
        var x = tile.activations
        var columns = tile.columns
        while columns > 1 {
            for p in 0..<P {
                tile.fetch(after: w + p &* tile.panelBytes, tokens: T)
                if C.byteCount == 128 { tile.fetch(after: w + (p &* tile.panelBytes &+ 64), tokens: T) }
            }
            addColumn(w, x, 0, tile.panelBytes, &sums, pair)
            addColumn(w, x + 4 * T, 1, tile.panelBytes, &sums, pair)
            w += C.byteCount
            x += 8 * T
            columns &-= 2
        }
        if columns == 1 { addColumn(w, x, 0, tile.panelBytes, &sums, pair) }
        for p in 0..<P { for t in 0..<T { tile.store(sums[p][t], t, panel: p) } }
    }

    @inline(__always)
    private func addColumn<let P: Int, let T: Int, C: ColumnPair>(
        _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ column: Int, _ panelBytes: Int,
        _ sums: inout InlineArray<P, InlineArray<T, __m512>>, _ pair: C.Type
    ) {
        var weights = InlineArray<P, __m512>(repeating: _mm512_setzero_ps())
        for p in 0..<P { weights[p] = C.load(w + p &* panelBytes, column: column) }
        // In two halves, which are small enough to be unrolled.
        for t in 0..<T / 2 {
            let y = splat(x + t * 4)
            for p in 0..<P { sums[p][t] = _mm512_fmadd_ps(weights[p], y, sums[p][t]) }
        }
        for t in T / 2..<T {
            let y = splat(x + t * 4)
            for p in 0..<P { sums[p][t] = _mm512_fmadd_ps(weights[p], y, sums[p][t]) }
        }
    }
#endif
