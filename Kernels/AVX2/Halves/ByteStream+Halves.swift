#if arch(x86_64)
    import Intrinsics
    import Quantization

    // One or two tokens: there the weights are a stream that every byte of is used once, and codes go from their
    // unpacking straight into the products (measured on Zen 4: scratch that is stored and loaded halves the rate). The
    // arithmetic of a row is that of `ByteCodes+Halves.swift`.

    /// A product of types with a scale per group for one token panel.
    @inline(__always)
    func stream<let T: Int, let G: Int, let M: Int, C: GroupCodes>(
        _ product: MatrixProduct, _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ type: C
    ) {
        let none = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())
        forEachPanel(product) { places, weights, firstToken, scratch in
            var sums = PanelSums<T>()
            var x = firstToken
            for index in 0..<places.blockCount {
                let block = BlockWords(places, weights, index)
                type.scales(block, ByteCodes256(base: scratch))
                var lower = none
                var upper = none
                for part in 0..<8 {
                    block.fetch(part, of: 8, places.wordsPerBlock, product.prefetchDistance)
                    var dots = PartSums<T, M>(x + part &* 32 &* T)
                    type.unpack(block, part) { dots.add($1, at: $0) }
                    let scale = UnsafeRawPointer(scratch) + (ByteCodes256.scalesOffset &+ part &* (2048 / G))
                    for t in 0..<T {
                        let first = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part, t)
                        let second = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part &+ 1, t)
                        let low = scaled(dots.lower, first, second, Groups<G>(), scale, t)
                        lower[t] = _mm256_add_epi32(lower[t], low)
                        let high = scaled(dots.upper, first, second, Groups<G>(), scale + 32, t)
                        upper[t] = _mm256_add_epi32(upper[t], high)
                    }
                }
                let codes = UnsafeRawPointer(scratch)
                for t in 0..<T {
                    let dx = splat(x + (256 * T + t * 4))
                    let low = blockValue(lower[t], Tokens<T>(), Groups<G>(), Offset<M>(), codes, x, t)
                    let high = blockValue(upper[t], Tokens<T>(), Groups<G>(), Offset<M>(), codes + 32, x, t)
                    sums.add(low, high, times: dx, t)
                }
                x += 340 * T
            }
            return sums
        }
    }

    /// A product of types with a scale per block for one token panel.
    @inline(__always)
    func stream<let T: Int, let B: Int, let M: Int, C: ColumnCodes>(
        _ product: MatrixProduct, _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ type: C
    ) {
        forEachPanel(product) { places, weights, firstToken, scratch in
            var sums = PanelSums<T>()
            var x = firstToken
            for index in 0..<places.blockCount {
                let block = BlockWords(places, weights, index)
                if !Columns<B>.hasScaleInPart { type.scales(block, 0, ByteCodes<B>(base: scratch)) }
                block.fetch(0, of: 1, places.wordsPerBlock, product.prefetchDistance)
                for part in 0..<places.weightsPerBlock / B {
                    if Columns<B>.hasScaleInPart { type.scales(block, part, ByteCodes<B>(base: scratch)) }
                    var dots = PartSums<T, M>(x)
                    type.unpack(block, part) { dots.add($1, at: $0) }
                    let codes = UnsafeRawPointer(scratch)
                    for t in 0..<T {
                        let dx = splat(x + (B * T + t * 4))
                        let start = correction(x, Tokens<T>(), Columns<B>(), Offset<M>(), t)
                        let (lower, upper) = (
                            dots.lower.sum(start, Columns<B>(), t), dots.upper.sum(start, Columns<B>(), t)
                        )
                        let low = blockValue(lower, Tokens<T>(), Columns<B>(), Offset<M>(), codes, x, t)
                        let high = blockValue(upper, Tokens<T>(), Columns<B>(), Offset<M>(), codes + 32, x, t)
                        sums.add(low, high, times: dx, t)
                    }
                    x += (B + 8) * T
                }
            }
            return sums
        }
    }

    /// Sums of a panel for some tokens.
    private struct PanelSums<let T: Int> {
        private(set) var lower = InlineArray<T, __m256>(repeating: _mm256_setzero_ps())
        private(set) var upper = InlineArray<T, __m256>(repeating: _mm256_setzero_ps())

        @inline(__always)
        init() {}

        @inline(__always)
        mutating func add(_ low: __m256, _ high: __m256, times dx: __m256, _ t: Int) {
            lower[t] = _mm256_fmadd_ps(low, dx, lower[t])
            upper[t] = _mm256_fmadd_ps(high, dx, upper[t])
        }
    }

    /// Sums of half a panel over the two halves of 32 columns, or over 16.
    private struct HalfSums<let T: Int, let M: Int> {
        var first = CodeSums<T, M>()
        var second = CodeSums<T, M>()

        @inline(__always)
        init() {}

        @inline(__always)
        func sum<let B: Int>(_ start: __m256i, _: Columns<B>, _ t: Int) -> __m256i {
            let sum = _mm256_add_epi32(start, first.wide(t))
            return B == 16 ? sum : _mm256_add_epi32(sum, second.wide(t))
        }
    }

    /// Sums of a panel over 16 or 32 columns.
    private struct PartSums<let T: Int, let M: Int> {
        private(set) var lower = HalfSums<T, M>()
        private(set) var upper = HalfSums<T, M>()
        private let y: UnsafeRawPointer

        /// - Parameter y: the columns of the activations.
        @inline(__always)
        init(_ y: UnsafeRawPointer) { self.y = y }

        /// Adds four columns of sixteen rows.
        ///
        /// - Parameter index: columns 4 · index..<4 · index + 4.
        @inline(__always)
        mutating func add(_ codes: SIMD16<UInt32>, at index: Int) {
            let low = unsafeBitCast(codes.lowHalf, to: __m256i.self)
            let high = unsafeBitCast(codes.highHalf, to: __m256i.self)
            if index < 4 {
                lower.first.add(low, y + index &* T &* 4)
                upper.first.add(high, y + index &* T &* 4)
            } else {
                lower.second.add(low, y + index &* T &* 4)
                upper.second.add(high, y + index &* T &* 4)
            }
        }
    }

    /// Two halves of 32 columns times their scales, or their scale.
    @inline(__always)
    private func scaled<let T: Int, let G: Int, let M: Int>(
        _ sums: HalfSums<T, M>, _ first: __m256i, _ second: __m256i, _: Groups<G>, _ scale: UnsafeRawPointer, _ t: Int
    ) -> __m256i {
        let low = _mm256_add_epi32(first, sums.first.wide(t))
        let high = _mm256_add_epi32(second, sums.second.wide(t))
        if G == 32 { return _mm256_mullo_epi32(_mm256_add_epi32(low, high), load256(scale)) }
        return _mm256_add_epi32(_mm256_mullo_epi32(low, load256(scale)), _mm256_mullo_epi32(high, load256(scale + 64)))
    }

    /// Stores each panel's sums for the one token panel.
    ///
    /// - Parameter sums: gets the panel, the token panel and scratch for a block's scales.
    @inline(__always)
    private func forEachPanel<let T: Int>(
        _ product: MatrixProduct,
        _ sums: (TransposedPlaces, UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer) -> PanelSums<T>
    ) {
        let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
        let bytesPerToken = product.activations.format.bytesPerToken(columns: product.activations.columns)
        let x = UnsafeRawPointer(product.activations.base) + product.tokens.lowerBound &* bytesPerToken
        let output = product.output
        var scratch = ScaleScratch()
        withUnsafeMutableBytes(of: &scratch) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            for panel in product.panels {
                let sums = sums(places, product.weights.base + panel &* places.panelBytes, x, scratch)
                for t in 0..<T {
                    let row = output.base + ((product.tokens.lowerBound &+ t) &* output.stride &+ panel &* 16)
                    UnsafeMutableRawPointer(row).storeBytes(of: sums.lower[t], as: __m256.self)
                    UnsafeMutableRawPointer(row + 8).storeBytes(of: sums.upper[t], as: __m256.self)
                }
            }
        }
    }
#endif
