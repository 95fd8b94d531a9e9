#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ_32 u·x) − dmin · Σ_groups m·(Σ_32 x)),   w = d·s·u − dmin·m
    //
    // Codes of four bits leave room for a whole group in `CodeSums`.

    /// Q4_K × `int8Per256`.
    func multiplyQ4_K(_ product: MatrixProduct) {
        Q4_KRows().multiply(product) { columns in columns / 256 * blockBytes }
    }

    private var blockBytes: Int { 2368 }

    private struct Q4_KRows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            for t in 0..<T { for half in 0..<2 { tile.store(_mm256_setzero_ps(), half, t) } }
            let low = _mm256_set1_epi8(15)
            var w = tile.weights
            var block = tile.activations
            var blocks = tile.columns / 256
            while blocks > 0 {
                for i in 0..<37 { tile.fetch(after: w + i * 64) }
                for half in 0..<2 {
                    var sums = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                    for group in 0..<8 {
                        let values = w + (320 &+ group &* 256 &+ half &* 32)
                        let x = block + group &* 32 * T
                        var dots = CodeSums<T, 0>()
                        for g in 0..<4 {
                            let codes = load256(values + g * 64)
                            let first = _mm256_and_si256(codes, low)
                            let second = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low)
                            dots.add(first, x + 2 * g * T * 4)
                            dots.add(second, x + (2 * g + 1) * T * 4)
                        }
                        let scale = _mm256_cvtepu8_epi32(load64(w + (64 &+ group &* 16 &+ half &* 8)))
                        for t in 0..<T { sums[t] = _mm256_add_epi32(sums[t], dots.wide(t, times: scale)) }
                    }
                    addBlock(sums, w, block + 256 * T, tile, half)
                }
                w += blockBytes
                block += 340 * T
                blocks &-= 1
            }
        }
    }

    /// Adds one block of half a panel to the output.
    ///
    /// - Parameter x: the block's activation scales, then the sums per 32.
    @inline(__always)
    private func addBlock<let T: Int>(
        _ sums: InlineArray<T, __m256i>, _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ tile: Tile, _ half: Int
    ) {
        let d = halves(w + half &* 16)
        let dmin = halves(w + (32 &+ half &* 16))
        for t in 0..<T {
            var minima = _mm256_setzero_si256()
            for i in 0..<4 {
                let m = _mm256_cvtepu8_epi16(load128(w + (192 + i * 32 + half &* 16)))
                minima = _mm256_add_epi32(minima, _mm256_madd_epi16(m, broadcast(x + (4 * T + t * 16 + i * 4))))
            }
            let scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[t]), d)
            let value = _mm256_fnmadd_ps(_mm256_cvtepi32_ps(minima), dmin, scaled)
            tile.store(_mm256_fmadd_ps(value, splat(x + t * 4), tile.sum(half, t)), half, t)
        }
    }
#endif
