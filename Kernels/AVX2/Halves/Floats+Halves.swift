#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_k w·x, a fused multiply-add per column, from the first to the last.
    //
    // Panels: [K][16 rows]; of BF16 [K/2][16 rows][2].

    /// F32 × `float32`.
    func multiplyF32(_ product: MatrixProduct) { multiply(product, WholeFloats.self) }

    /// F16 × `float32`.
    func multiplyF16(_ product: MatrixProduct) { multiply(product, HalfFloats.self) }

    /// BF16 × `float32`, widened exactly.
    func multiplyBF16(_ product: MatrixProduct) { multiply(product, BrainFloats.self) }

    /// How two adjacent columns of eight rows are read.
    private protocol ColumnPair {
        static var byteCount: Int { get }
        static func load(_ p: UnsafeRawPointer, column: Int, half: Int) -> __m256
    }

    private enum WholeFloats: ColumnPair {
        static var byteCount: Int { 128 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int, half: Int) -> __m256 {
            (p + (column * 64 + half * 32)).loadUnaligned(as: __m256.self)
        }
    }

    private enum HalfFloats: ColumnPair {
        static var byteCount: Int { 64 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int, half: Int) -> __m256 {
            halves(p + (column * 32 + half * 16))
        }
    }

    private enum BrainFloats: ColumnPair {
        static var byteCount: Int { 64 }
        @inline(__always)
        static func load(_ p: UnsafeRawPointer, column: Int, half: Int) -> __m256 {
            let pairs = load256(p + half * 32)
            return _mm256_castsi256_ps(
                column == 0
                    ? _mm256_slli_epi32(pairs, 16)
                    : _mm256_and_si256(pairs, _mm256_set1_epi32(Int32(bitPattern: 0xFFFF_0000))))
        }
    }

    @inline(__always)
    private func multiply<C: ColumnPair>(_ product: MatrixProduct, _ pair: C.Type) {
        let columns = product.activations.columns
        // F32 panels have whole columns, the others whole lines of two columns.
        let panelBytes = C.byteCount == 128 ? columns * 64 : (columns + 1) / 2 * 64
        forEachTile(product, tile: floatTokenTile, panelBytes: panelBytes) { tile, tokens in
            switch tokens {
            case 1: rows(Tokens<1>(), tile, pair)
            case 2: rows(Tokens<2>(), tile, pair)
            case 3: rows(Tokens<3>(), tile, pair)
            case 4: rows(Tokens<4>(), tile, pair)
            case 5: rows(Tokens<5>(), tile, pair)
            default: rows(Tokens<6>(), tile, pair)
            }
        }
    }

    private func rows<let T: Int, C: ColumnPair>(_: Tokens<T>, _ tile: Tile, _ pair: C.Type) {
        let zeros = InlineArray<T, __m256>(repeating: _mm256_setzero_ps())
        var sums = InlineArray<2, InlineArray<T, __m256>>(repeating: zeros)
        var w = tile.weights
        var x = tile.activations
        var columns = tile.columns
        while columns > 1 {
            tile.fetch(after: w)
            if C.byteCount == 128 { tile.fetch(after: w + 64) }
            addColumn(w, x, 0, &sums, pair)
            addColumn(w, x + 4 * T, 1, &sums, pair)
            w += C.byteCount
            x += 8 * T
            columns &-= 2
        }
        if columns == 1 { addColumn(w, x, 0, &sums, pair) }
        for t in 0..<T { for half in 0..<2 { tile.store(sums[half][t], half, t) } }
    }

    @inline(__always)
    private func addColumn<let T: Int, C: ColumnPair>(
        _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ column: Int,
        _ sums: inout InlineArray<2, InlineArray<T, __m256>>, _ pair: C.Type
    ) {
        let low = C.load(w, column: column, half: 0)
        let high = C.load(w, column: column, half: 1)
        for t in 0..<T {
            let y = splat(x + t * 4)
            sums[0][t] = _mm256_fmadd_ps(low, y, sums[0][t])
            sums[1][t] = _mm256_fmadd_ps(high, y, sums[1][t])
        }
    }
#endif
