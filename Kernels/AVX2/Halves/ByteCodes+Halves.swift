#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ u·x − offset·Σ x)),     w = d·s·(u − offset)
    // y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m
    //
    // For several tokens the weights are bytes in scratch (`ByteCodes`) that all token panels meet; for one or two
    // each vector of codes goes from its unpacking straight into the products (`ByteStream`).
    //
    // Sums over sixteen columns are `CodeSums` (`DotProducts.swift`).

    /// Panels that are unpacked together.
    var bytePanels: Int { 1 }

    /// Stores the codes of columns 4 · index..<4 · index + 4: four columns of a row side by side.
    @inline(__always)
    func storeCodes(_ codes: SIMD16<UInt32>, at index: Int, in base: UnsafeMutableRawPointer) {
        base.storeBytes(of: codes, toByteOffset: index &* 64, as: SIMD16<UInt32>.self)
    }

    /// A product of types with a scale per group.
    @inline(__always)
    func multiply<let G: Int, let M: Int, C: GroupCodes>(
        _ product: MatrixProduct, _ groups: Groups<G>, _ offset: Offset<M>, _ type: C
    ) {
        switch product.tokens.count {
        case 1: stream(product, Tokens<1>(), groups, offset, type)
        case 2: stream(product, Tokens<2>(), groups, offset, type)
        default: multiplyTiles(product, groups, offset, type)
        }
    }

    /// A product of types with a scale per block.
    @inline(__always)
    func multiply<let B: Int, let M: Int, C: ColumnCodes>(
        _ product: MatrixProduct, _ columns: Columns<B>, _ offset: Offset<M>, _ type: C
    ) {
        switch product.tokens.count {
        case 1: stream(product, Tokens<1>(), columns, offset, type)
        case 2: stream(product, Tokens<2>(), columns, offset, type)
        default: multiplyTiles(product, columns, offset, type)
        }
    }

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
    func runByteTile<let B: Int, let M: Int>(_ part: ByteTile, _ columns: Columns<B>, _ offset: Offset<M>) {
        switch part.tokens {
        case 1: rows(Tokens<1>(), columns, offset, part)
        case 2: rows(Tokens<2>(), columns, offset, part)
        case 3: rows(Tokens<3>(), columns, offset, part)
        default: rows(Tokens<4>(), columns, offset, part)
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
                var start = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                for t in 0..<T {
                    start[t] = correction(tile.activations, Tokens<T>(), Groups<G>(), Offset<M>(), group, t)
                }
                let dots = wordDots(
                    Groups<G>(), Offset<M>(), values, tile.activations + group &* G &* T, from: start)
                let scale = load256(codes + (ByteCodes256.scalesOffset &+ group &* 64))
                for t in 0..<T { sums[t] = _mm256_add_epi32(sums[t], _mm256_mullo_epi32(dots[t], scale)) }
            }
            for t in 0..<T {
                let value = blockValue(sums[t], Tokens<T>(), Groups<G>(), Offset<M>(), codes, tile.activations, t)
                let dx = splat(tile.activations + (256 * T + t * 4))
                tile.store(_mm256_fmadd_ps(value, dx, part.sum(half, t)), half, t)
            }
        }
    }

    /// A block's sum for one token, but for the scale of its activations.
    ///
    /// - Parameter codes: of half a panel; those of the upper half, and its d and dmin, lie 32 bytes further.
    @inline(__always)
    func blockValue<let T: Int, let G: Int, let M: Int>(
        _ sums: __m256i, _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ codes: UnsafeRawPointer, _ x: UnsafeRawPointer,
        _ t: Int
    ) -> __m256 {
        let value = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), codes.loadUnaligned(as: __m256.self))
        if M != 0 { return value }
        return minus(minimum(Groups<G>(), Tokens<T>(), codes, x, t), value, G == 32)
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

    /// Up to 256 columns with a scale per `B`.
    private func rows<let T: Int, let B: Int, let M: Int>(_: Tokens<T>, _: Columns<B>, _: Offset<M>, _ part: ByteTile) {
        let tile = Tile(part)
        for half in 0..<2 {
            var sums = InlineArray<T, __m256>(repeating: _mm256_setzero_ps())
            for t in 0..<T { sums[t] = part.sum(half, t) }
            var x = tile.activations
            var codes = tile.weights + half &* 32
            for _ in 0..<tile.columns / B {
                var start = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
                for t in 0..<T { start[t] = correction(x, Tokens<T>(), Columns<B>(), Offset<M>(), t) }
                let dots = wordDots(Groups<B>(), Offset<M>(), codes + ByteCodes<B>.codesOffset, x, from: start)
                for t in 0..<T {
                    let value = blockValue(dots[t], Tokens<T>(), Columns<B>(), Offset<M>(), codes, x, t)
                    sums[t] = _mm256_fmadd_ps(value, splat(x + (B * T + t * 4)), sums[t])
                }
                x += (B + 8) * T
                codes += ByteCodes<B>.byteCount
            }
            for t in 0..<T { tile.store(sums[t], half, t) }
        }
    }

    /// A block's sum for one token, but for the scale of its activations.
    @inline(__always)
    func blockValue<let T: Int, let B: Int, let M: Int>(
        _ dots: __m256i, _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ codes: UnsafeRawPointer, _ x: UnsafeRawPointer,
        _ t: Int
    ) -> __m256 {
        let value = _mm256_mul_ps(_mm256_cvtepi32_ps(dots), codes.loadUnaligned(as: __m256.self))
        if M != 0 { return value }
        let sum = _mm256_cvtepi32_ps(broadcast(x + ((B + 4) * T + t * 4)))
        return _mm256_fmadd_ps(sum, (codes + 64).loadUnaligned(as: __m256.self), value)
    }

    /// Whether the offset is taken from sums rather than from codes.
    @inline(__always)
    private func isCorrected<let M: Int>(_: Offset<M>) -> Bool { M != 0 && (M != 128 || multipliesUnsignedBytes) }

    /// `−offset · Σ` of a group; activations carry `−32 · Σ` of sixteen columns. Zero where codes are multiplied as
    /// signed bytes.
    @inline(__always)
    func correction<let T: Int, let G: Int, let M: Int>(
        _ x: UnsafeRawPointer, _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ group: Int, _ t: Int
    ) -> __m256i {
        if !isCorrected(Offset<M>()) { return _mm256_setzero_si256() }
        let sums = x + (276 * T &+ group &* (G / 4) &* T &+ t * 4)
        let sum = G == 32 ? _mm256_add_epi32(broadcast(sums), broadcast(sums + 4 * T)) : broadcast(sums)
        let shift = Int32(5 &- M.trailingZeroBitCount)
        return shift < 0 ? _mm256_slli_epi32(sum, 0 &- shift) : _mm256_srai_epi32(sum, shift)
    }

    /// `−offset · Σ` of 16 or 32 columns; activations carry `−128 · Σ`. Zero where codes are multiplied as signed
    /// bytes.
    @inline(__always)
    func correction<let T: Int, let B: Int, let M: Int>(
        _ x: UnsafeRawPointer, _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ t: Int
    ) -> __m256i {
        if !isCorrected(Offset<M>()) { return _mm256_setzero_si256() }
        return _mm256_srai_epi32(broadcast(x + ((B + 4) * T + t * 4)), Int32(7 &- M.trailingZeroBitCount))
    }

    /// `Σ v·x` or `Σ u·x` over a group of half a panel.
    @inline(__always)
    private func wordDots<let T: Int, let G: Int, let M: Int>(
        _: Groups<G>, _: Offset<M>, _ values: UnsafeRawPointer, _ x: UnsafeRawPointer,
        from start: InlineArray<T, __m256i>
    ) -> InlineArray<T, __m256i> {
        var dots = start
        for sixteen in 0..<G / 16 {
            var sums = CodeSums<T, M>()
            for g in 4 &* sixteen..<4 &* sixteen &+ 4 { sums.add(load256(values + g * 64), x + g &* T &* 4) }
            for t in 0..<T { dots[t] = _mm256_add_epi32(dots[t], sums.wide(t)) }
        }
        return dots
    }
#endif
