#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks (dw · dx) · Σ_32 w·x
    //
    // The panel has unsigned codes, u = w + 128.

    /// Q8_0 × `int8Per32`.
    func multiplyQ8_0(_ product: MatrixProduct) {
        Q8_0Rows().multiply(product) { columns in (columns / 32 + 1) / 2 * 64 + columns / 32 * 512 }
    }

    private struct Q8_0Rows: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            for t in 0..<T { for half in 0..<2 { tile.store(_mm256_setzero_ps(), half, t) } }
            var d = tile.weights
            var values = tile.weights + 64
            var x = tile.activations
            let blocks = tile.columns / 32
            var block = 0
            while block < blocks {
                tile.fetch(after: d)
                for i in 0..<8 { tile.fetch(after: values + i * 64) }
                for half in 0..<2 {
                    var sums = CodeSums<T, 128>()
                    for g in 0..<8 { sums.add(load256(values + (g * 64 + half &* 32)), x + g * T * 4) }
                    let dw = halves(d + half &* 16)
                    for t in 0..<T {
                        let scale = _mm256_mul_ps(dw, splat(x + (32 * T + t * 4)))
                        let dots = _mm256_add_epi32(
                            sums.wide(t), correction(x, Tokens<T>(), Columns<32>(), Offset<128>(), t))
                        tile.store(_mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), scale, tile.sum(half, t)), half, t)
                    }
                }
                // The scales of a pair lie before the values of its first block.
                let odd = block & 1
                values += 512 &+ odd &* 64
                d += 32 &+ odd &* 1024
                x += 40 * T
                block &+= 1
            }
        }
    }
#endif
