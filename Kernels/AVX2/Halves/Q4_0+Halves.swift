#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw · dx) · (Σ_32 u·x − 8·Σ_32 x),   w = dw·(u − 8)
    //
    // Codes of four bits leave room for a whole block in `CodeSums`.

    /// Q4_0 × `int8Per32`.
    func multiplyQ4_0(_ product: MatrixProduct) {
        Q4_0Rows().multiply(product) { columns in (columns / 32 + 1) / 2 * 64 + columns / 32 * 256 }
    }

    private struct Q4_0Rows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            for t in 0..<T { for half in 0..<2 { tile.store(_mm256_setzero_ps(), half, t) } }
            let low = _mm256_set1_epi8(15)
            var d = tile.weights
            var values = tile.weights + 64
            var x = tile.activations
            let blocks = tile.columns / 32
            var block = 0
            while block < blocks {
                tile.fetch(after: d)
                for i in 0..<4 { tile.fetch(after: values + i * 64) }
                for half in 0..<2 {
                    var sums = CodeSums<T, 8>()
                    for g in 0..<4 {
                        let codes = load256(values + (g * 64 + half &* 32))
                        let first = _mm256_and_si256(codes, low)
                        let second = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low)
                        sums.add(first, x + g * T * 4)
                        sums.add(second, x + (g + 4) * T * 4)
                    }
                    let dw = halves(d + half &* 16)
                    for t in 0..<T {
                        let dots = _mm256_add_epi32(
                            sums.wide(t), correction(x, Tokens<T>(), Columns<32>(), Offset<8>(), t))
                        let scale = _mm256_mul_ps(dw, splat(x + (32 * T + t * 4)))
                        tile.store(_mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), scale, tile.sum(half, t)), half, t)
                    }
                }
                // The scales of a pair lie before the values of its first block.
                let odd = block & 1
                values += 256 &+ odd &* 64
                d += 32 &+ odd &* 512
                x += 40 * T
                block &+= 1
            }
        }
    }
#endif
