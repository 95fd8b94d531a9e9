#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (d · dx) · Σ_groups s·(Σ_16 u·x − 32·Σ_16 x),   w = d·s·(u − 32)
    //
    // Panel: `Q6_KPanel`. Per group of 16 columns three loads give four vectors of codes; the accumulators start
    // at the packed −32·Σx. Per block, token and panel: 64 dot products and 16 products by s. The running
    // sums live in the output, which stays in L1: the registers hold 8 dot products and 8 block sums.

    /// Q6_K × `int8Per256`.
    func multiplyQ6_K(_ product: MatrixProduct) {
        Q6_KRows().multiply(product) { columns in (columns / 256 + 1) / 2 * 64 + columns / 256 * 3328 }
    }

    private struct Q6_KRows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            for t in 0..<T { tile.store(tile.sum(t), t) }
            var d = tile.weights
            var w = tile.weights + 64
            var block = tile.activations
            let blocks = tile.columns / 256
            var index = 0
            while index < blocks {
                tile.fetch(after: d, tokens: T)
                for i in 0..<4 { tile.fetch(after: w + i * 64, tokens: T) }
                var sums = none
                var x = block
                var corrections = block + 276 * T
                var values = w + 256
                var scales = w
                for _ in 0..<16 {
                    var dots = none
                    for t in 0..<T { dots[t] = broadcast(corrections + t * 4) }
                    for g in 0..<4 {
                        let u = codes(values, g)
                        for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (g * T + t) * 4)) }
                    }
                    for i in 0..<3 { tile.fetch(after: values + i * 64, tokens: T) }
                    let scale = _mm512_cvtepi8_epi32(load128(scales))
                    for t in 0..<T { sums[t] = _mm512_add_epi32(sums[t], _mm512_mullo_epi32(dots[t], scale)) }
                    x += 16 * T
                    corrections += 4 * T
                    values += 192
                    scales += 16
                }
                addBlock(sums, d, block + 256 * T, tile)
                // The scales of a pair lie before the values of its first block.
                let odd = index & 1
                w += 3328 &+ odd &* 64
                d += 32 &+ odd &* 6656
                block += 340 * T
                index &+= 1
            }
        }

        /// Columns 4g..<4g + 4 of a group: four low bits from one of two words, two upper bits from a third.
        @inline(__always)
        private func codes(_ values: UnsafeRawPointer, _ g: Int) -> __m512i {
            let pair = load512(values + g / 2 * 64)
            let low = _mm512_and_si512(g % 2 == 0 ? pair : _mm512_srli_epi16(pair, 4), _mm512_set1_epi8(0x0F))
            let bits = load512(values + 128)
            let shifted: __m512i
            switch g {
            case 0: shifted = _mm512_slli_epi16(bits, 4)
            case 1: shifted = _mm512_slli_epi16(bits, 2)
            case 2: shifted = bits
            default: shifted = _mm512_srli_epi16(bits, 2)
            }
            return _mm512_or_si512(low, _mm512_and_si512(shifted, _mm512_set1_epi8(0x30)))
        }

        /// Adds one block of one panel to the output.
        ///
        /// - Parameter x: the block's activation scales.
        @inline(__always)
        private func addBlock<let T: Int>(
            _ sums: InlineArray<T, __m512i>, _ d: UnsafeRawPointer, _ x: UnsafeRawPointer, _ tile: Tile
        ) {
            let d = loadHalf16(d)
            for t in 0..<T {
                let scale = _mm512_mul_ps(d, splat(x + t * 4))
                let sum = tile.output(t).loadUnaligned(as: __m512.self)
                tile.store(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t]), scale, sum), t)
            }
        }
    }
#endif
