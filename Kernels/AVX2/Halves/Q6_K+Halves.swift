#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (d · dx) · Σ_groups s·(Σ_16 u·x − 32·Σ_16 x),   w = d·s·(u − 32)
    //
    // Codes of six bits leave room for eight columns in `CodeSums`.

    /// Q6_K × `int8Per256`.
    func multiplyQ6_K(_ product: MatrixProduct) {
        Q6_KRows().multiply(product) { columns in (columns / 256 + 1) / 2 * 64 + columns / 256 * 3328 }
    }

    private struct Q6_KRows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            for t in 0..<T { for half in 0..<2 { tile.store(_mm256_setzero_ps(), half, t) } }
            var d = tile.weights
            var w = tile.weights + 64
            var block = tile.activations
            let blocks = tile.columns / 256
            var index = 0
            while index < blocks {
                tile.fetch(after: d)
                for i in 0..<52 { tile.fetch(after: w + i * 64) }
                for half in 0..<2 {
                    var sums = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                    for group in 0..<16 {
                        let dots = groupDots(Tokens<T>(), w + (256 &+ group &* 192 &+ half &* 32), block, group)
                        let scale = _mm256_cvtepi8_epi32(load64(w + (group &* 16 &+ half &* 8)))
                        for t in 0..<T { sums[t] = _mm256_add_epi32(sums[t], _mm256_mullo_epi32(dots[t], scale)) }
                    }
                    let scale = halves(d + half &* 16)
                    for t in 0..<T {
                        let product = _mm256_mul_ps(scale, splat(block + (256 * T + t * 4)))
                        tile.store(_mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[t]), product, tile.sum(half, t)), half, t)
                    }
                }
                // The scales of a pair lie before the values of its first block.
                let odd = index & 1
                w += 3328 &+ odd &* 64
                d += 32 &+ odd &* 6656
                block += 340 * T
                index &+= 1
            }
        }
    }

    /// `Σ_16 u·x − 32·Σ_16 x` of one group of half a panel.
    @inline(__always)
    private func groupDots<let T: Int>(
        _: Tokens<T>, _ values: UnsafeRawPointer, _ block: UnsafeRawPointer, _ group: Int
    ) -> InlineArray<T, __m256i> {
        let low = _mm256_set1_epi8(0x0F)
        let upper = _mm256_set1_epi8(0x30)
        let bits = load256(values + 128)
        let x = block + group &* 16 * T
        var dots = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
        for t in 0..<T { dots[t] = broadcast(block + (276 * T + group &* 4 * T + t * 4)) }
        for pair in 0..<2 {
            let codes = load256(values + pair * 64)
            let shifted = pair == 0 ? _mm256_slli_epi16(bits, 4) : bits
            let next = pair == 0 ? _mm256_slli_epi16(bits, 2) : _mm256_srli_epi16(bits, 2)
            let first = _mm256_or_si256(_mm256_and_si256(codes, low), _mm256_and_si256(shifted, upper))
            let second = _mm256_or_si256(
                _mm256_and_si256(_mm256_srli_epi16(codes, 4), low), _mm256_and_si256(next, upper))
            var sums = CodeSums<T, 32>()
            sums.add(first, x + 2 * pair * T * 4)
            sums.add(second, x + (2 * pair + 1) * T * 4)
            for t in 0..<T { dots[t] = _mm256_add_epi32(dots[t], sums.wide(t)) }
        }
        return dots
    }
#endif
