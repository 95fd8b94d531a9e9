#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m     Q2_K
    // y = Σ_blocks dx · d · (Σ_groups s·Σ u·x − 4 · Σ_groups s·Σ x),      w = d·s·(u − 4)        Q3_K
    //
    // A scale for every sixteen columns is much of the work. Sums of sixteen products of such small codes fit 16 bits
    // (16 · 7 · 127), so two groups' sums and two groups' scales make one vpdpwssd, and so do two groups' minima and sums
    // of activations. Groups g and g + 2 are a pair: bytes 0 and 2 of a word of scales, and 1 and 3, become words by one
    // mask.
    //
    // As elsewhere codes of many tokens go by way of scratch and those of few straight into the dot products. Q3_K with
    // few tokens, but more than one, is left to `ByteCodes+AVX512.swift`; the arithmetic of a row is the same there.

    /// Rows of types with small codes and a scale for every sixteen columns.
    func pairedGroupsKernel(_ type: QuantizationType) -> MatrixKernel? {
        switch type {
        case .q2_K:
            MatrixKernel(activations: .int8Per256) { product in
                if product.tokens.count > Q2_KCodes.streamTokens {
                    multiplyPairedTiles(product, WithMinimum(), Q2_KCodes())
                } else {
                    stream(product, WithMinimum(), Q2_KCodes())
                }
            }
        case .q3_K:
            // For two tokens and more its third bits are so much of the work that a stream of pairs gains nothing.
            MatrixKernel(activations: .int8Per256) { product in
                if product.tokens.count > Q3_KCodes.streamTokens {
                    multiplyPairedTiles(product, Offset<4>(), Q3_KCodes())
                } else if product.tokens.count > 1 {
                    streamGroups(product, Groups<16>(), Offset<4>(), Q3_KCodes())
                } else {
                    stream(product, Offset<4>(), Q3_KCodes())
                }
            }
        default: nil
        }
    }

    /// Types with small codes and a scale for every sixteen columns.
    private protocol PairedCodes: GroupCodes {
        /// d and dmin.
        func heads(_ block: BlockWords) -> (d: SIMD16<Float>, minimum: SIMD16<Float>)

        /// Scales and minima of groups 4 · word..<4 · word + 4 as bytes.
        func scaleBytes(_ block: BlockWords, _ word: Int) -> (scales: SIMD16<UInt32>, minima: SIMD16<UInt32>)
    }

    extension Q2_KCodes: PairedCodes {
        @inline(__always)
        fileprivate func heads(_ block: BlockWords) -> (d: SIMD16<Float>, minimum: SIMD16<Float>) {
            (floats(half: block[20]), floats(half: block[20] &>> 16))
        }

        @inline(__always)
        fileprivate func scaleBytes(
            _ block: BlockWords, _ word: Int
        ) -> (scales: SIMD16<UInt32>, minima: SIMD16<UInt32>) {
            (block[word] & 0x0F0F_0F0F, (block[word] &>> 4) & 0x0F0F_0F0F)
        }
    }

    extension Q3_KCodes: PairedCodes {
        @inline(__always)
        fileprivate func heads(_ block: BlockWords) -> (d: SIMD16<Float>, minimum: SIMD16<Float>) {
            (block.scale, .zero)
        }

        /// Codes are from −4, so that scales, from −32, are their minima too.
        @inline(__always)
        fileprivate func scaleBytes(
            _ block: BlockWords, _ word: Int
        ) -> (scales: SIMD16<UInt32>, minima: SIMD16<UInt32>) {
            let scales = scaleBytesQ3_K(block, word)
            return (scales, scales)
        }
    }

    // MARK: Many tokens

    @inline(__always)
    private func multiplyPairedTiles<let M: Int, C: PairedCodes>(_ product: MatrixProduct, _: Offset<M>, _ type: C) {
        let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
        forEachByteTile(product, panelBytes: places.panelBytes, scratchBytes: ByteCodes256.byteCount) {
            panel, columns, scratch in
            let block = BlockWords(places, panel, columns.lowerBound / 256)
            block.fetchAhead(0, of: 1, places.wordsPerBlock)
            let codes = ByteCodes256(base: scratch)
            setPairs(codes, from: block, Offset<M>(), type)
            for part in 0..<8 { type.unpack(block, part) { codes.set($1, at: part &* 8 &+ $0) } }
        } run: { part in
            for panel in 0..<part.panels { PairedTile<M>().run(Tile(part).panel(panel), tokens: part.tokens) }
        }
    }

    /// Sets everything but the codes; scales and minima are `[8 pairs][16 rows][2]` int16.
    @inline(__always)
    private func setPairs<let M: Int, C: PairedCodes>(
        _ codes: ByteCodes256, from block: BlockWords, _: Offset<M>, _ type: C
    ) {
        let (d, minimum) = type.heads(block)
        codes.set(d: d)
        codes.set(minimumScale: minimum)
        for word in 0..<4 {
            let (scales, minima) = type.scaleBytes(block, word)
            for odd in 0..<2 {
                let shift = UInt32(truncatingIfNeeded: 8 &* odd)
                let pair = 2 &* word &+ odd
                codes.set(scale: lanes(words(scales &>> shift, Offset<M>())), at: pair)
                codes.set(minima: lanes(words(minima &>> shift, Offset<M>())), at: pair)
            }
        }
    }

    @inline(__always)
    private func lanes(_ words: __m512i) -> SIMD16<UInt32> { unsafeBitCast(words, to: SIMD16<UInt32>.self) }

    /// One block of 256 columns in scratch.
    private struct PairedTile<let M: Int>: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            var blockSums = BlockSums<T, M>()
            var sumPairs = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            if M == 0 { storeSumPairs(tile.activations, to: &sumPairs) }
            for pair in 0..<8 {
                let dots = pairDots(firstGroup(pair), Tokens<T>(), tile)
                let scales = load512(tile.weights + (ByteCodes256.scalesOffset + pair * 64))
                for t in 0..<T { blockSums.add(dots[t], scales, t) }
            }
            if M == 0 { addMinima(to: &blockSums, &sumPairs, tile) }
            let d = tile.weights.loadUnaligned(as: SIMD16<Float>.self)
            let minimum = (tile.weights + ByteCodes256.minimumScaleOffset).loadUnaligned(as: SIMD16<Float>.self)
            for t in 0..<T {
                let dx = splat(tile.activations + (256 * T + t * 4))
                tile.store(_mm512_fmadd_ps(blockSums.value(t, d, minimum), dx, tile.sum(t)), t)
            }
        }

        /// Groups 0 and 2, 1 and 3, 4 and 6, … are pairs.
        @inline(__always)
        private func firstGroup(_ pair: Int) -> Int { (pair / 2) * 4 + pair % 2 }

        /// `Σ (u − M)·x` of a pair: of its second group in the upper words of lanes, of its first below them.
        @inline(__always)
        private func pairDots<let T: Int>(_ group: Int, _: Tokens<T>, _ tile: Tile) -> InlineArray<T, __m512i> {
            var dots = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            let x = tile.activations + group * 16 * T
            let codes = tile.weights + (ByteCodes256.codesOffset + group * 256)
            @inline(__always)
            func offset(_ group: Int, _ t: Int) -> __m512i {
                correction(tile.activations, Tokens<T>(), Groups<16>(), Offset<M>(), group, t)
            }
            if M != 0 { for t in 0..<T { dots[t] = offset(group + 2, t) } }
            for i in 8..<12 {
                let u = load512(codes + i * 64)
                for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (i * T + t) * 4)) }
            }
            // A sum below zero would borrow from the word above it: half of a word is more than any sum is below zero.
            let half = _mm512_set1_epi32(0x8000)
            for t in 0..<T {
                dots[t] = _mm512_or_si512(_mm512_slli_epi32(dots[t], 16), half)
                if M != 0 { dots[t] = _mm512_add_epi32(dots[t], offset(group, t)) }
            }
            for i in 0..<4 {
                let u = load512(codes + i * 64)
                for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (i * T + t) * 4)) }
            }
            for t in 0..<T { dots[t] = _mm512_xor_si512(dots[t], half) }
            return dots
        }

        @inline(__always)
        private func addMinima<let T: Int>(
            to blockSums: inout BlockSums<T, M>, _ sumPairs: inout InlineArray<T, __m512i>, _ tile: Tile
        ) {
            withUnsafeBytes(of: &sumPairs) { pairs in
                guard let pairs = pairs.baseAddress else { return }
                for pair in 0..<8 {
                    let minima = load512(tile.weights + (ByteCodes256.minimaOffset + pair * 64))
                    let first = pairs + firstGroup(pair) * (4 * T)
                    for t in 0..<T { blockSums.addMinima(minima, broadcast(first + t * 4), t) }
                }
            }
        }
    }

    @inline(__always)
    private func storeSumPairs<let T: Int>(_ x: UnsafeRawPointer, to pairs: inout InlineArray<T, __m512i>) {
        withUnsafeMutableBytes(of: &pairs) { pairs in
            if let pairs = pairs.baseAddress { storeSumPairs(x, Tokens<T>(), to: pairs) }
        }
    }

    // MARK: Few tokens

    @inline(__always)
    private func stream<let M: Int, C: PairedCodes>(_ product: MatrixProduct, _: Offset<M>, _ type: C) {
        let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
        stream(product, places, PairedStream<M, C>(type: type, places: places, panels: product.panels.count))
    }

    private struct PairedStream<let M: Int, C: PairedCodes>: PanelStream {
        let type: C
        let places: TransposedPlaces
        let panels: Int

        @inline(__always)
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile, _ scratch: UnsafeMutableRawPointer) {
            var sums = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
            var x = tile.activations
            for index in 0..<places.blockCount {
                let block = BlockWords(places, tile.weights, index)
                storeSumPairs(x, Tokens<T>(), to: scratch)
                var blockSums = BlockSums<T, M>()
                // Two words at a time, so that what parts are shifted by is known.
                for half in 0..<2 {
                    block.fetch(half, of: 2, places, Tokens<T>(), tile)
                    blockSums.add(2 * half, block, x, scratch, type)
                    blockSums.add(2 * half + 1, block, x, scratch, type)
                }
                let (d, minimum) = type.heads(block)
                for t in 0..<T {
                    let value = blockSums.value(t, d, minimum)
                    sums[t] = _mm512_fmadd_ps(value, splat(x + (256 * T + t * 4)), sums[t])
                }
                x += 340 * T
            }
            for t in 0..<T { tile.store(sums[t], t) }
        }
    }

    /// Pairs of `−Σ x` of groups g and g + 2 as words, one in each lane [16][T]; those of groups that end a pair mean
    /// nothing.
    @inline(__always)
    private func storeSumPairs<let T: Int>(_ x: UnsafeRawPointer, _: Tokens<T>, to scratch: UnsafeMutableRawPointer) {
        let first = x + 276 * T
        for i in 0..<T {
            let from = first + i * 64
            let low = _mm512_srai_epi32(load512(from), 5)
            // Activations carry −32 · Σ: 11 bits more are a word's place. Nothing is read behind the block.
            let left = 14 * T - i * 16
            let mask = __mmask16(truncatingIfNeeded: left >= 16 ? 0xFFFF : (1 << max(0, left)) - 1)
            let high = _mm512_slli_epi32(_mm512_maskz_loadu_epi32(mask, from + 8 * T), 11)
            scratch.storeBytes(of: pair(low, high), toByteOffset: i * 64, as: __m512i.self)
        }
    }

    /// Low words of lanes, and words that lie in their place already.
    @inline(__always)
    private func pair(_ low: __m512i, _ high: __m512i) -> __m512i { _mm512_mask_mov_epi16(low, 0xAAAA_AAAA, high) }

    /// Bytes 0 and 2 of lanes as words, from −32 for codes that have an offset.
    @inline(__always)
    private func words<let M: Int>(_ bytes: SIMD16<UInt32>, _: Offset<M>) -> __m512i {
        let words = unsafeBitCast(bytes & 0x00FF_00FF, to: __m512i.self)
        return M == 0 ? words : _mm512_sub_epi16(words, _mm512_set1_epi16(32))
    }

    /// Sums of a block for some tokens: `Σ_groups s·Σ u·x` and `−Σ_groups m·Σ x`.
    private struct BlockSums<let T: Int, let M: Int> {
        private var products = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        private var minima = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())

        @inline(__always)
        init() {}

        /// Adds 64 columns, whose scales are bytes of one word.
        @inline(__always)
        mutating func add<C: PairedCodes>(
            _ word: Int, _ block: BlockWords, _ x: UnsafeRawPointer, _ sumPairs: UnsafeRawPointer, _ type: C
        ) {
            let (scales, minimaBytes) = type.scaleBytes(block, word)
            var first = HalfDots<T, 16>(x + 64 * word * T)
            type.unpack(block, 2 * word) { first.add($1, at: $0) }
            var second = HalfDots<T, 16>(x + (64 * word + 32) * T)
            type.unpack(block, 2 * word + 1) { second.add($1, at: $0) }
            for t in 0..<T {
                let low = pair(first.low[t], _mm512_slli_epi32(second.low[t], 16))
                add(low, words(scales, Offset<M>()), t)
                let high = pair(first.high[t], _mm512_slli_epi32(second.high[t], 16))
                add(high, words(scales &>> 8, Offset<M>()), t)
                let even = broadcast(sumPairs + ((4 * word) * T + t) * 4)
                addMinima(words(minimaBytes, Offset<M>()), even, t)
                let odd = broadcast(sumPairs + ((4 * word + 1) * T + t) * 4)
                addMinima(words(minimaBytes &>> 8, Offset<M>()), odd, t)
            }
        }

        /// Adds a pair's products.
        @inline(__always)
        mutating func add(_ dots: __m512i, _ scales: __m512i, _ t: Int) {
            products[t] = _mm512_dpwssd_epi32(products[t], dots, scales)
        }

        /// Adds a pair's minima times its sums of activations.
        @inline(__always)
        mutating func addMinima(_ minima: __m512i, _ sums: __m512i, _ t: Int) {
            self.minima[t] = _mm512_dpwssd_epi32(self.minima[t], minima, sums)
        }

        /// A block's sum for one token, but for the scale of its activations.
        @inline(__always)
        func value(_ t: Int, _ d: SIMD16<Float>, _ minimum: SIMD16<Float>) -> __m512 {
            if M == 0 {
                let value = _mm512_mul_ps(_mm512_cvtepi32_ps(products[t]), d)
                return _mm512_fmadd_ps(_mm512_cvtepi32_ps(minima[t]), minimum, value)
            }
            let offset = _mm512_slli_epi32(minima[t], UInt32(M.trailingZeroBitCount))
            return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_add_epi32(products[t], offset)), d)
        }
    }
#endif
