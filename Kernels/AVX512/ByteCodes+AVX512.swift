#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ u·x − offset·Σ x)),     w = d·s·(u − offset)
    // y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m
    //
    // For many tokens the weights are bytes in scratch (`ByteCodes`): 256 columns of two panels take 12 KB, and all
    // token panels of a block of tokens meet them there, so that unpacking costs little. For one token panel each
    // vector of codes goes from its unpacking straight into the dot products: a stream that stores and loads them
    // once more reaches half the rate (measured on Zen 4). The arithmetic of a row is the same in both.

    /// Tokens of a stream: more have too many sums for the registers, and go by way of scratch.
    var streamTokens: Int { 6 }

    /// Panels that are unpacked together.
    var bytePanels: Int { 2 }

    /// A product of types with a scale per group.
    @inline(__always)
    func multiply<let G: Int, let M: Int>(
        _ product: MatrixProduct, _: Groups<G>, _: Offset<M>, _ scales: (BlockWords, ByteCodes256) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        if product.tokens.count <= streamTokens {
            let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
            stream(product, places, Groups<G>(), Offset<M>(), scales, unpack)
        } else {
            multiplyTiles(product, Groups<G>(), Offset<M>(), scales, unpack)
        }
    }

    /// A product of types with a scale per block.
    @inline(__always)
    func multiply<let B: Int, let M: Int>(
        _ product: MatrixProduct, _: Columns<B>, _: Offset<M>, _ scales: (BlockWords, Int, ByteCodes<B>) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        if product.tokens.count <= streamTokens {
            let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
            stream(product, places, Columns<B>(), Offset<M>(), scales, unpack)
        } else {
            multiplyTiles(product, Columns<B>(), Offset<M>(), scales, unpack)
        }
    }

    @inline(__always)
    func runByteTile256<let G: Int, let M: Int>(_ part: ByteTile, _: Groups<G>, _ offset: Offset<M>) {
        for panel in 0..<part.panels {
            let tile = Tile(part).panel(panel)
            switch part.tokens {
            case 1: rows256(Tokens<1>(), Groups<G>(), offset, tile)
            case 2: rows256(Tokens<2>(), Groups<G>(), offset, tile)
            case 3: rows256(Tokens<3>(), Groups<G>(), offset, tile)
            case 4: rows256(Tokens<4>(), Groups<G>(), offset, tile)
            case 5: rows256(Tokens<5>(), Groups<G>(), offset, tile)
            case 6: rows256(Tokens<6>(), Groups<G>(), offset, tile)
            case 7: rows256(Tokens<7>(), Groups<G>(), offset, tile)
            default: rows256(Tokens<8>(), Groups<G>(), offset, tile)
            }
        }
    }

    @inline(__always)
    func runByteTile<let B: Int, let M: Int>(_ part: ByteTile, _: Columns<B>, _ offset: Offset<M>) {
        for panel in 0..<part.panels {
            let tile = Tile(part).panel(panel)
            switch part.tokens {
            case 1: rows(Tokens<1>(), Columns<B>(), offset, tile)
            case 2: rows(Tokens<2>(), Columns<B>(), offset, tile)
            case 3: rows(Tokens<3>(), Columns<B>(), offset, tile)
            case 4: rows(Tokens<4>(), Columns<B>(), offset, tile)
            case 5: rows(Tokens<5>(), Columns<B>(), offset, tile)
            case 6: rows(Tokens<6>(), Columns<B>(), offset, tile)
            case 7: rows(Tokens<7>(), Columns<B>(), offset, tile)
            default: rows(Tokens<8>(), Columns<B>(), offset, tile)
            }
        }
    }

    extension Tile {
        @inline(__always)
        fileprivate init(_ part: ByteTile) {
            self.init(
                weights: part.codes, panelBytes: part.stride, activations: part.activations, columns: part.columns,
                isFirst: part.isFirst, prefetchDistance: 0, output: part.output, outputStride: part.outputStride)
        }
    }

    /// One block of 256 columns.
    private func rows256<let T: Int, let G: Int, let M: Int>(
        _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ tile: Tile
    ) {
        let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        var sums = none
        var x = tile.activations
        var values = tile.weights + ByteCodes256.codesOffset
        var scales = tile.weights + ByteCodes256.scalesOffset
        for group in 0..<256 / G {
            var dots = none
            if M != 0 {
                for t in 0..<T {
                    dots[t] = correction(tile.activations, Tokens<T>(), Groups<G>(), Offset<M>(), group, t)
                }
            }
            for g in 0..<G / 4 {
                let u = load512(values + g * 64)
                for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (g * T + t) * 4)) }
            }
            let scale = load512(scales)
            for t in 0..<T { sums[t] = _mm512_add_epi32(sums[t], _mm512_mullo_epi32(dots[t], scale)) }
            x += G * T
            values += G * 16
            scales += 64
        }
        for t in 0..<T {
            let value = blockValue(
                sums[t], Tokens<T>(), Groups<G>(), Offset<M>(), tile.weights, tile.activations, t)
            let dx = splat(tile.activations + (256 * T + t * 4))
            tile.store(_mm512_fmadd_ps(value, dx, tile.sum(t)), t)
        }
    }

    /// A block's sum for one token, but for the scale of its activations.
    @inline(__always)
    private func blockValue<let T: Int, let G: Int, let M: Int>(
        _ sum: __m512i, _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ codes: UnsafeRawPointer, _ x: UnsafeRawPointer,
        _ t: Int
    ) -> __m512 {
        let value = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), codes.loadUnaligned(as: __m512.self))
        if M != 0 { return value }
        let scale = (codes + ByteCodes256.minimumScaleOffset).loadUnaligned(as: __m512.self)
        let minima = codes + ByteCodes256.minimaOffset
        var minimum = _mm512_setzero_si512()
        if G == 32 {
            for i in 0..<4 {
                let pair = broadcast(x + (260 * T + t * 16 + i * 4))
                minimum = _mm512_dpwssd_epi32(minimum, load512(minima + i * 64), pair)
            }
            return _mm512_fnmadd_ps(_mm512_cvtepi32_ps(minimum), scale, value)
        }
        for i in 0..<16 {
            let scaled = broadcast(x + (276 * T + (i * T + t) * 4))
            minimum = _mm512_add_epi32(minimum, _mm512_mullo_epi32(load512(minima + i * 64), scaled))
        }
        return _mm512_fmadd_ps(_mm512_cvtepi32_ps(minimum), scale, value)
    }

    /// Up to 256 columns with a scale per `B`.
    private func rows<let T: Int, let B: Int, let M: Int>(
        _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ tile: Tile
    ) {
        let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
        let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        var sums = zeros
        for t in 0..<T { sums[t] = tile.sum(t) }
        var x = tile.activations
        var codes = tile.weights
        for _ in 0..<tile.columns / B {
            var dots = none
            if M != 0 {
                for t in 0..<T { dots[t] = correction(x, Tokens<T>(), Columns<B>(), Offset<M>(), t) }
            }
            for g in 0..<B / 4 {
                let u = load512(codes + (ByteCodes<B>.codesOffset + g * 64))
                for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(x + (g * T + t) * 4)) }
            }
            let d = codes.loadUnaligned(as: __m512.self)
            let m = (codes + 64).loadUnaligned(as: __m512.self)
            for t in 0..<T {
                let value = blockValue(dots[t], Tokens<T>(), Columns<B>(), Offset<M>(), d, m, x, t)
                sums[t] = _mm512_fmadd_ps(value, splat(x + (B * T + t * 4)), sums[t])
            }
            x += (B + 8) * T
            codes += ByteCodes<B>.byteCount
        }
        for t in 0..<T { tile.store(sums[t], t) }
    }

    /// A block's sum for one token, but for the scale of its activations.
    @inline(__always)
    private func blockValue<let T: Int, let B: Int, let M: Int>(
        _ dots: __m512i, _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ d: __m512, _ m: __m512, _ x: UnsafeRawPointer,
        _ t: Int
    ) -> __m512 {
        let value = _mm512_mul_ps(_mm512_cvtepi32_ps(dots), d)
        if M != 0 { return value }
        return _mm512_fmadd_ps(_mm512_cvtepi32_ps(broadcast(x + ((B + 4) * T + t * 4))), m, value)
    }

    // MARK: One token panel

    @inline(__always)
    private func stream<let G: Int, let M: Int>(
        _ product: MatrixProduct, _ places: TransposedPlaces, _: Groups<G>, _: Offset<M>,
        _ scales: (BlockWords, ByteCodes256) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        let (groups, offset) = (Groups<G>(), Offset<M>())
        switch product.tokens.count {
        case 1: streamPanels(product, places, Tokens<1>(), groups, offset, scales, unpack)
        case 2: streamPanels(product, places, Tokens<2>(), groups, offset, scales, unpack)
        case 3: streamPanels(product, places, Tokens<3>(), groups, offset, scales, unpack)
        case 4: streamPanels(product, places, Tokens<4>(), groups, offset, scales, unpack)
        case 5: streamPanels(product, places, Tokens<5>(), groups, offset, scales, unpack)
        default: streamPanels(product, places, Tokens<6>(), groups, offset, scales, unpack)
        }
    }

    @inline(__always)
    private func stream<let B: Int, let M: Int>(
        _ product: MatrixProduct, _ places: TransposedPlaces, _: Columns<B>, _: Offset<M>,
        _ scales: (BlockWords, Int, ByteCodes<B>) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        switch product.tokens.count {
        case 1: streamPanels(product, places, Tokens<1>(), Columns<B>(), Offset<M>(), scales, unpack)
        case 2: streamPanels(product, places, Tokens<2>(), Columns<B>(), Offset<M>(), scales, unpack)
        case 3: streamPanels(product, places, Tokens<3>(), Columns<B>(), Offset<M>(), scales, unpack)
        case 4: streamPanels(product, places, Tokens<4>(), Columns<B>(), Offset<M>(), scales, unpack)
        case 5: streamPanels(product, places, Tokens<5>(), Columns<B>(), Offset<M>(), scales, unpack)
        default: streamPanels(product, places, Tokens<6>(), Columns<B>(), Offset<M>(), scales, unpack)
        }
    }

    @inline(__always)
    private func streamPanels<let T: Int, let G: Int, let M: Int>(
        _ product: MatrixProduct, _ places: TransposedPlaces, _: Tokens<T>, _: Groups<G>, _: Offset<M>,
        _ scales: (BlockWords, ByteCodes256) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
        forEachPanel(product, places, Tokens<T>()) { weights, firstToken, scratch in
            var sums = zeros
            var x = firstToken
            for index in 0..<places.blockCount {
                let block = BlockWords(places, weights, index)
                scales(block, ByteCodes256(base: scratch))
                var blockSums = none
                for part in 0..<8 {
                    block.fetch(part, of: 8, places.wordsPerBlock, product.prefetchDistance)
                    var dots = HalfDots<T>(x + part &* 32 &* T)
                    if M != 0 {
                        for t in 0..<T {
                            dots.low[t] = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part, t)
                            dots.high[t] = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part &+ 1, t)
                        }
                    }
                    unpack(block, part) { dots.add($1, at: $0) }
                    let scale = UnsafeRawPointer(scratch) + (ByteCodes256.scalesOffset &+ part &* (2048 / G))
                    for t in 0..<T {
                        let value = scaled(dots.low[t], dots.high[t], Groups<G>(), scale)
                        blockSums[t] = _mm512_add_epi32(blockSums[t], value)
                    }
                }
                for t in 0..<T {
                    let value = blockValue(
                        blockSums[t], Tokens<T>(), Groups<G>(), Offset<M>(), UnsafeRawPointer(scratch), x, t)
                    sums[t] = _mm512_fmadd_ps(value, splat(x + (256 * T + t * 4)), sums[t])
                }
                x += 340 * T
            }
            return sums
        }
    }

    @inline(__always)
    private func streamPanels<let T: Int, let B: Int, let M: Int>(
        _ product: MatrixProduct, _ places: TransposedPlaces, _: Tokens<T>, _: Columns<B>, _: Offset<M>,
        _ scales: (BlockWords, Int, ByteCodes<B>) -> Void,
        _ unpack: (BlockWords, Int, (Int, SIMD16<UInt32>) -> Void) -> Void
    ) {
        let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        let zeros = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
        forEachPanel(product, places, Tokens<T>()) { weights, firstToken, scratch in
            var sums = zeros
            var x = firstToken
            for index in 0..<places.blockCount {
                let block = BlockWords(places, weights, index)
                if !Columns<B>.hasScaleInPart { scales(block, 0, ByteCodes<B>(base: scratch)) }
                block.fetch(0, of: 1, places.wordsPerBlock, product.prefetchDistance)
                for part in 0..<places.weightsPerBlock / B {
                    if Columns<B>.hasScaleInPart { scales(block, part, ByteCodes<B>(base: scratch)) }
                    let d = UnsafeRawPointer(scratch).loadUnaligned(as: __m512.self)
                    let m = (UnsafeRawPointer(scratch) + 64).loadUnaligned(as: __m512.self)
                    var dots = none
                    if M != 0 { for t in 0..<T { dots[t] = correction(x, Tokens<T>(), Columns<B>(), Offset<M>(), t) } }
                    let y = x
                    unpack(block, part) { i, word in
                        let u = unsafeBitCast(word, to: __m512i.self)
                        for t in 0..<T { dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(y + (i * T + t) * 4)) }
                    }
                    for t in 0..<T {
                        let value = blockValue(dots[t], Tokens<T>(), Columns<B>(), Offset<M>(), d, m, x, t)
                        sums[t] = _mm512_fmadd_ps(value, splat(x + (B * T + t * 4)), sums[t])
                    }
                    x += (B + 8) * T
                }
            }
            return sums
        }
    }

    /// `Σ u·x` of the two halves of 32 columns for some tokens.
    struct HalfDots<let T: Int> {
        var low = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        var high = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
        private let y: UnsafeRawPointer

        /// - Parameter y: the columns of the activations.
        @inline(__always)
        init(_ y: UnsafeRawPointer) { self.y = y }

        /// Adds four columns of sixteen rows.
        ///
        /// - Parameter index: columns 4 · index..<4 · index + 4.
        @inline(__always)
        mutating func add(_ codes: SIMD16<UInt32>, at index: Int) {
            let u = unsafeBitCast(codes, to: __m512i.self)
            for t in 0..<T {
                let quad = broadcast(y + (index * T + t) * 4)
                if index < 4 {
                    low[t] = _mm512_dpbusd_epi32(low[t], u, quad)
                } else {
                    high[t] = _mm512_dpbusd_epi32(high[t], u, quad)
                }
            }
        }
    }

    /// Stores each panel's sums for the one token panel.
    ///
    /// - Parameter sums: gets the panel, the token panel and scratch for a block's scales.
    @inline(__always)
    func forEachPanel<let T: Int>(
        _ product: MatrixProduct, _ places: TransposedPlaces, _: Tokens<T>,
        _ sums: (UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer) -> InlineArray<T, __m512>
    ) {
        let bytesPerToken = product.activations.format.bytesPerToken(columns: product.activations.columns)
        let x = UnsafeRawPointer(product.activations.base) + product.tokens.lowerBound &* bytesPerToken
        var scratch = ScaleScratch()
        withUnsafeMutableBytes(of: &scratch) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            for panel in product.panels {
                store(sums(product.weights.base + panel &* places.panelBytes, x, scratch), product, panel)
            }
        }
    }

    /// Two halves of 32 columns times their scales, or their scale.
    @inline(__always)
    private func scaled<let G: Int>(
        _ low: __m512i, _ high: __m512i, _: Groups<G>, _ scale: UnsafeRawPointer
    ) -> __m512i {
        if G == 32 { return _mm512_mullo_epi32(_mm512_add_epi32(low, high), load512(scale)) }
        return _mm512_add_epi32(
            _mm512_mullo_epi32(low, load512(scale)), _mm512_mullo_epi32(high, load512(scale + 64)))
    }

    /// `−offset · Σ` of a group; activations carry `−32 · Σ` of sixteen columns.
    @inline(__always)
    private func correction<let T: Int, let G: Int, let M: Int>(
        _ x: UnsafeRawPointer, _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ group: Int, _ t: Int
    ) -> __m512i {
        let sums = x + (276 * T &+ group &* (G / 4) &* T &+ t * 4)
        let sum = G == 32 ? _mm512_add_epi32(broadcast(sums), broadcast(sums + 4 * T)) : broadcast(sums)
        if M >= 32 { return _mm512_slli_epi32(sum, UInt32(M.trailingZeroBitCount &- 5)) }
        return _mm512_srai_epi32(sum, UInt32(5 &- M.trailingZeroBitCount))
    }

    /// `−offset · Σ` of 16 or 32 columns; activations carry `−128 · Σ`.
    @inline(__always)
    private func correction<let T: Int, let B: Int, let M: Int>(
        _ x: UnsafeRawPointer, _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ t: Int
    ) -> __m512i {
        let sum = broadcast(x + ((B + 4) * T + t * 4))
        return M == 128 ? sum : _mm512_srai_epi32(sum, UInt32(7 &- M.trailingZeroBitCount))
    }

    @inline(__always)
    private func store<let T: Int>(_ sums: InlineArray<T, __m512>, _ product: MatrixProduct, _ panel: Int) {
        let output = product.output
        for t in 0..<T {
            let row = output.base + ((product.tokens.lowerBound &+ t) &* output.stride &+ panel &* 16)
            UnsafeMutableRawPointer(row).storeBytes(of: sums[t], as: __m512.self)
        }
    }
#endif
