#if arch(x86_64)
    import Intrinsics
    import Quantization

    // y = Σ_blocks dx · (d · Σ_groups s·(Σ u·x − offset·Σ x)),     w = d·s·(u − offset)
    // y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m
    //
    // For many tokens the weights are bytes in scratch (`ByteCodes`): 256 columns of two panels take 12 KB, and all
    // token panels of a block of tokens meet them there, so that unpacking costs little. For few token panels each vector
    // of codes goes from its unpacking straight into the dot products: a stream that stores and loads them once more
    // reaches half the rate (measured on Zen 4). The arithmetic of a row is the same in both.

    extension CodeUnpacking {
        /// Tokens up to which codes are unpacked once for each token panel.
        static var streamTokens: Int {
            switch cost {
            case .low: 4 * integerTokenTile
            case .medium: 2 * integerTokenTile
            case .high: integerTokenTile
            }
        }
    }

    /// Panels that are unpacked together.
    var bytePanels: Int { 2 }

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
        if product.tokens.count > C.streamTokens { return multiplyTiles(product, groups, offset, type) }
        streamGroups(product, groups, offset, type)
    }

    /// A product of few tokens of types with a scale per group.
    @inline(__always)
    func streamGroups<let G: Int, let M: Int, C: GroupCodes>(
        _ product: MatrixProduct, _: Groups<G>, _: Offset<M>, _ type: C
    ) {
        let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
        stream(product, places, GroupStream<G, M, C>(type: type, places: places, panels: product.panels.count))
    }

    /// A product of types with a scale per block.
    @inline(__always)
    func multiply<let B: Int, let M: Int, C: ColumnCodes>(
        _ product: MatrixProduct, _ columns: Columns<B>, _ offset: Offset<M>, _ type: C
    ) {
        if product.tokens.count > C.streamTokens { return multiplyTiles(product, columns, offset, type) }
        let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
        stream(product, places, ColumnStream<B, M, C>(type: type, places: places, panels: product.panels.count))
    }

    @inline(__always)
    func runByteTile256<let G: Int, let M: Int>(_ part: ByteTile, _: Groups<G>, _: Offset<M>) {
        for panel in 0..<part.panels { GroupTile<G, M>().run(Tile(part).panel(panel), tokens: part.tokens) }
    }

    @inline(__always)
    func runByteTile<let B: Int, let M: Int>(_ part: ByteTile, _: Columns<B>, _: Offset<M>) {
        for panel in 0..<part.panels { ColumnTile<B, M>().run(Tile(part).panel(panel), tokens: part.tokens) }
    }

    extension Tile {
        @inline(__always)
        init(_ part: ByteTile) {
            self.init(
                weights: part.codes, panelBytes: part.stride, activations: part.activations, columns: part.columns,
                isFirst: part.isFirst, prefetchDistance: 0, output: part.output, outputStride: part.outputStride)
        }
    }

    /// One block of 256 columns in scratch.
    private struct GroupTile<let G: Int, let M: Int>: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
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

    /// Up to 256 columns in scratch with a scale per `B`.
    private struct ColumnTile<let B: Int, let M: Int>: TileKernel {
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
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

    // MARK: Few tokens

    /// A kernel that goes over all panels of a piece by itself.
    protocol PanelStream: TileKernel {
        var panels: Int { get }

        /// - Parameters:
        ///   - tile: of one panel.
        ///   - scratch: 4 KB for what is set for each block.
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile, _ scratch: UnsafeMutableRawPointer)
    }

    extension PanelStream {
        /// Scratch is a local variable: of memory from elsewhere the compiler does not know that it is not the weights.
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile) {
            var scratch = ScaleScratch()
            withUnsafeMutableBytes(of: &scratch) { scratch in
                guard let scratch = scratch.baseAddress else { return }
                for panel in 0..<panels { rows(Tokens<T>(), tile.panel(panel), scratch) }
            }
        }
    }

    /// A panel of a type with a scale per group.
    private struct GroupStream<let G: Int, let M: Int, C: GroupCodes>: PanelStream {
        let type: C
        let places: TransposedPlaces
        let panels: Int

        @inline(__always)
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile, _ scratch: UnsafeMutableRawPointer) {
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            var totals = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
            var x = tile.activations
            for index in 0..<places.blockCount {
                let block = BlockWords(places, tile.weights, index)
                type.scales(block, ByteCodes256(base: scratch))
                var sums = none
                for part in 0..<8 {
                    block.fetch(part, of: 8, places, Tokens<T>(), tile)
                    var dots = HalfDots<T, G>(x + part &* 32 &* T)
                    if M != 0 {
                        for t in 0..<T {
                            dots.low[t] = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part, t)
                            dots.high[t] = correction(x, Tokens<T>(), Groups<16>(), Offset<M>(), 2 &* part &+ 1, t)
                        }
                    }
                    // A closure would not always be inlined, and then keep sums in memory.
                    @inline(__always)
                    func add(_ index: Int, _ codes: SIMD16<UInt32>) { dots.add(codes, at: index) }
                    type.unpack(block, part, add)
                    let scale = UnsafeRawPointer(scratch) + (ByteCodes256.scalesOffset &+ part &* (2048 / G))
                    for t in 0..<T {
                        let value = scaled(dots.low[t], dots.high[t], Groups<G>(), scale)
                        sums[t] = _mm512_add_epi32(sums[t], value)
                    }
                }
                for t in 0..<T {
                    let value = blockValue(
                        sums[t], Tokens<T>(), Groups<G>(), Offset<M>(), UnsafeRawPointer(scratch), x, t)
                    totals[t] = _mm512_fmadd_ps(value, splat(x + (256 * T + t * 4)), totals[t])
                }
                x += 340 * T
            }
            for t in 0..<T { tile.store(totals[t], t) }
        }
    }

    /// A panel of a type with a scale per block.
    private struct ColumnStream<let B: Int, let M: Int, C: ColumnCodes>: PanelStream {
        let type: C
        let places: TransposedPlaces
        let panels: Int

        @inline(__always)
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile, _ scratch: UnsafeMutableRawPointer) {
            let none = InlineArray<T, __m512i>(repeating: _mm512_setzero_si512())
            var sums = InlineArray<T, __m512>(repeating: _mm512_setzero_ps())
            var x = tile.activations
            for index in 0..<places.blockCount {
                let block = BlockWords(places, tile.weights, index)
                if !Columns<B>.hasScaleInPart { type.scales(block, 0, ByteCodes<B>(base: scratch)) }
                block.fetch(0, of: 1, places, Tokens<T>(), tile)
                for part in 0..<places.weightsPerBlock / B {
                    if Columns<B>.hasScaleInPart { type.scales(block, part, ByteCodes<B>(base: scratch)) }
                    let d = UnsafeRawPointer(scratch).loadUnaligned(as: __m512.self)
                    let m = (UnsafeRawPointer(scratch) + 64).loadUnaligned(as: __m512.self)
                    var dots = none
                    if M != 0 { for t in 0..<T { dots[t] = correction(x, Tokens<T>(), Columns<B>(), Offset<M>(), t) } }
                    let y = x
                    @inline(__always)
                    func add(_ index: Int, _ codes: SIMD16<UInt32>) {
                        let u = unsafeBitCast(codes, to: __m512i.self)
                        for t in 0..<T {
                            dots[t] = _mm512_dpbusd_epi32(dots[t], u, broadcast(y + (index * T + t) * 4))
                        }
                    }
                    type.unpack(block, part, add)
                    for t in 0..<T {
                        let value = blockValue(dots[t], Tokens<T>(), Columns<B>(), Offset<M>(), d, m, x, t)
                        sums[t] = _mm512_fmadd_ps(value, splat(x + (B * T + t * 4)), sums[t])
                    }
                    x += (B + 8) * T
                }
            }
            for t in 0..<T { tile.store(sums[t], t) }
        }
    }

    /// `Σ u·x` of the two halves of 32 columns for some tokens.
    ///
    /// Where both halves have one scale, two chains of sums are of use to one or two tokens only; more have chains enough
    /// and add all up in the lower one.
    struct HalfDots<let T: Int, let G: Int> {
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
                if index < 4 || (G == 32 && T > 2) {
                    low[t] = _mm512_dpbusd_epi32(low[t], u, quad)
                } else {
                    high[t] = _mm512_dpbusd_epi32(high[t], u, quad)
                }
            }
        }
    }

    extension BlockWords {
        /// Fetches part of the lines ahead, as `Tile.fetch` does: one of `parts` a call.
        @inline(__always)
        func fetch<let T: Int>(_ part: Int, of parts: Int, _ places: TransposedPlaces, _: Tokens<T>, _ tile: Tile) {
            if T <= 2 {
                fetch(part, of: parts, places.wordsPerBlock, tile.prefetchDistance)
            } else {
                fetchAhead(part, of: parts, places.wordsPerBlock)
            }
        }
    }

    /// Runs a stream for each token panel.
    @inline(__always)
    func stream<K: PanelStream>(_ product: MatrixProduct, _ places: TransposedPlaces, _ kernel: K) {
        let activations = product.activations
        let bytesPerToken = activations.format.bytesPerToken(columns: activations.columns)
        let output = product.output
        let panel = product.panels.lowerBound
        var first = product.tokens.lowerBound
        while first < product.tokens.upperBound {
            let count = min(integerTokenTile, product.tokens.upperBound - first)
            let tile = Tile(
                weights: product.weights.base + panel &* places.panelBytes, panelBytes: places.panelBytes,
                activations: UnsafeRawPointer(activations.base) + first &* bytesPerToken, columns: activations.columns,
                isFirst: true, prefetchDistance: product.prefetchDistance,
                output: output.base + (first &* output.stride &+ panel &* 16), outputStride: output.stride)
            kernel.run(tile, tokens: count)
            first += count
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
    func correction<let T: Int, let G: Int, let M: Int>(
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
#endif
