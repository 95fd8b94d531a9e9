#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · d · Σ_groups s·Σ v·x,                       w = d·s·v
    // y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m
    //
    // The weights are bytes in scratch (`ByteCodes`). vpmaddubsw wants one unsigned operand: |v|, and x with v's sign.
    // Two products are at most 2 · 128 · 127 < 2¹⁵.

    /// Panels that are unpacked together.
    var bytePanels: Int { 1 }

    /// A product of types with a scale per group.
    @inline(__always)
    func multiply<let G: Int, let M: Int>(
        _ product: MatrixProduct, _ groups: Groups<G>, _ offset: Offset<M>,
        _ scales: (BlockWords, ByteCodes256) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) { multiplyTiles(product, groups, offset, scales, unpack) }

    /// A product of types with a scale per block.
    @inline(__always)
    func multiply<let M: Int>(
        _ product: MatrixProduct, _ offset: Offset<M>, _ scales: (BlockWords, ByteCodes32) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) { multiplyTiles(product, offset, scales, unpack) }

    extension Tile {
        @inline(__always)
        fileprivate init(_ part: ByteTile) {
            self.init(
                weights: part.codes, activations: part.activations, columns: part.columns, output: part.output,
                outputStride: part.outputStride, prefetchDistance: 0)
        }
    }

    extension ByteTile {
        /// What eight sums of a token start at.
        @inline(__always)
        fileprivate func sum(_ half: Int, _ token: Int) -> __m256 {
            isFirst ? _mm256_setzero_ps() : Tile(self).sum(half, token)
        }
    }

    @inline(__always)
    func runByteTile256<let G: Int, let M: Int>(_ part: ByteTile, _: Groups<G>, _ offset: Offset<M>) {
        switch part.tokens {
        case 1: rows256(Tokens<1>(), Groups<G>(), offset, part)
        case 2: rows256(Tokens<2>(), Groups<G>(), offset, part)
        case 3: rows256(Tokens<3>(), Groups<G>(), offset, part)
        default: rows256(Tokens<4>(), Groups<G>(), offset, part)
        }
    }

    @inline(__always)
    func runByteTile32<let M: Int>(_ part: ByteTile, _ offset: Offset<M>) {
        switch part.tokens {
        case 1: rows32(Tokens<1>(), offset, part)
        case 2: rows32(Tokens<2>(), offset, part)
        case 3: rows32(Tokens<3>(), offset, part)
        default: rows32(Tokens<4>(), offset, part)
        }
    }

    /// One block of 256 columns.
    private func rows256<let T: Int, let G: Int, let M: Int>(
        _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ part: ByteTile
    ) {
        let tile = Tile(part)
        for half in 0..<2 {
            let codes = tile.weights + half &* 32
            var sums = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
            for group in 0..<256 / G {
                let values = codes + (ByteCodes256.codesOffset &+ group &* G &* 16)
                let dots = wordDots(Tokens<T>(), Groups<G>(), Offset<M>(), values, tile.activations + group &* G &* T)
                let scale = load256(codes + (ByteCodes256.scalesOffset &+ group &* 64))
                for t in 0..<T { sums[t] = _mm256_add_epi32(sums[t], _mm256_mullo_epi32(dots[t], scale)) }
            }
            // d and dmin are floats: half a panel's lie 32 bytes further, as its codes do.
            let d = codes.loadUnaligned(as: __m256.self)
            for t in 0..<T {
                var value = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[t]), d)
                if M == 0 {
                    value = minus(minimum(Groups<G>(), Tokens<T>(), codes, tile.activations, t), value, G == 32)
                }
                let dx = splat(tile.activations + (256 * T + t * 4))
                tile.store(_mm256_fmadd_ps(value, dx, part.sum(half, t)), half, t)
            }
        }
    }

    /// `value − product` for groups of 32; for groups of 16 the sums carry the sign.
    @inline(__always)
    private func minus(_ product: (sum: __m256, scale: __m256), _ value: __m256, _ negative: Bool) -> __m256 {
        negative
            ? _mm256_fnmadd_ps(product.sum, product.scale, value)
            : _mm256_fmadd_ps(product.sum, product.scale, value)
    }

    /// `Σ_groups m·Σ x` of half a panel for one token, and what it is multiplied by.
    @inline(__always)
    private func minimum<let G: Int, let T: Int>(
        _: Groups<G>, _: Tokens<T>, _ codes: UnsafeRawPointer, _ x: UnsafeRawPointer, _ t: Int
    ) -> (sum: __m256, scale: __m256) {
        let minima = codes + ByteCodes256.minimaOffset
        var sum = _mm256_setzero_si256()
        if G == 32 {
            for i in 0..<4 {
                let pair = broadcast(x + (260 * T + t * 16 + i * 4))
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(load256(minima + i * 64), pair))
            }
        } else {
            for i in 0..<16 {
                let scaled = broadcast(x + (276 * T + (i * T + t) * 4))
                sum = _mm256_add_epi32(sum, _mm256_mullo_epi32(load256(minima + i * 64), scaled))
            }
        }
        return (_mm256_cvtepi32_ps(sum), (codes + ByteCodes256.minimumScaleOffset).loadUnaligned(as: __m256.self))
    }

    /// Up to eight blocks of 32 columns.
    private func rows32<let T: Int, let M: Int>(_: Tokens<T>, _: Offset<M>, _ part: ByteTile) {
        let tile = Tile(part)
        for half in 0..<2 {
            var sums = InlineArray<T, __m256>(repeating: _mm256_setzero_ps())
            for t in 0..<T { sums[t] = part.sum(half, t) }
            var x = tile.activations
            var codes = tile.weights + half &* 32
            for _ in 0..<tile.columns / 32 {
                let dots = wordDots(Tokens<T>(), Groups<32>(), Offset<M>(), codes + ByteCodes32.codesOffset, x)
                let d = codes.loadUnaligned(as: __m256.self)
                let m = (codes + 64).loadUnaligned(as: __m256.self)
                for t in 0..<T {
                    var value = _mm256_mul_ps(_mm256_cvtepi32_ps(dots[t]), d)
                    if M == 0 {
                        let sum = _mm256_cvtepi32_ps(broadcast(x + (36 * T + t * 4)))
                        value = _mm256_fmadd_ps(sum, m, value)
                    }
                    sums[t] = _mm256_fmadd_ps(value, splat(x + (32 * T + t * 4)), sums[t])
                }
                x += 40 * T
                codes += ByteCodes32.byteCount
            }
            for t in 0..<T { tile.store(sums[t], half, t) }
        }
    }

    /// `Σ v·x` or `Σ u·x` over a group of half a panel.
    @inline(__always)
    private func wordDots<let T: Int, let G: Int, let M: Int>(
        _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ values: UnsafeRawPointer, _ x: UnsafeRawPointer
    ) -> InlineArray<T, __m256i> {
        let ones = _mm256_set1_epi16(1)
        var dots = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
        for g in 0..<G / 4 {
            let codes = load256(values + g * 64)
            let v = M == 0 ? codes : _mm256_sub_epi8(codes, _mm256_set1_epi8(Int8(truncatingIfNeeded: M)))
            let magnitude = M == 0 ? v : _mm256_abs_epi8(v)
            for t in 0..<T {
                let y = broadcast(x + (g * T + t) * 4)
                let products = _mm256_maddubs_epi16(magnitude, M == 0 ? y : _mm256_sign_epi8(y, v))
                dots[t] = _mm256_add_epi32(dots[t], _mm256_madd_epi16(products, ones))
            }
        }
        return dots
    }
#endif
