#if arch(x86_64)
    import Intrinsics
    import Quantization

    // Why these tiles. A core of this class starts one 512-bit vpdpbusd (Zen 4) or two (Zen 5, server Xeons) a
    // cycle with four cycles of latency, and loads two broadcasts. A tile of one weight panel × 8 tokens keeps 8 dot
    // products in flight, enough for either, and each vector of weights, once unpacked, feeds all of them. 8 products
    // and 8 sums leave half of the registers. Two panels × 6 tokens are as fast with many tokens (measured on Zen 4)
    // but go twice over the weights for a batch of eight. Kernels without block sums (F32, F16, BF16) have room for
    // 2 × 12.
    //
    // Order of work for many tokens: 384 KB of activations (a block of tokens and columns) stay in L2 and meet all
    // panels of the piece; a pair of panels comes from memory once per block of tokens and from L2 for each token
    // panel. Streaming either operand from L3 halves the rate (measured on Zen 4 with 1 MB of L2). Running sums
    // rest in the output between blocks of columns, which loses nothing.
    //
    // When all tokens fit whole, rows are not cut into blocks of columns, so that panels are read in address order and
    // what is fetched ahead is what comes next (16 tokens of Q4_K on Zen 4: 5.2 → 6.5 GB/s of weights). When one token
    // panel is all there is, the work is a stream of weights, prefetched across the borders of panels.

    /// Tokens of a full panel of int8 activations.
    let integerTokenTile = 8
    /// Tokens of a full panel of `float32` and `bfloat16`.
    let floatTokenTile = 12
    /// Bytes of packed activations that stay in L2.
    let activationBlockBytes = 384 << 10
    /// Columns of a block: even numbers of blocks of every type.
    let columnBlock = 2048
    /// One or more adjacent weight panels times one token panel, for a block of columns: what an inner kernel gets.
    struct Tile {
        /// First block of the first weight panel; further panels are `panelBytes` apart.
        let weights: UnsafeRawPointer
        let panelBytes: Int
        /// First block of the token panel.
        let activations: UnsafeRawPointer
        let columns: Int
        /// Whether sums start at zero rather than at the output.
        let isFirst: Bool
        /// Bytes that a stream of weights is fetched ahead of its use.
        let prefetchDistance: Int
        /// Sixteen floats of the first token and panel; tokens are `outputStride` floats apart, panels 16.
        let output: UnsafeMutablePointer<Float>
        let outputStride: Int

        /// The tile of one of the panels alone.
        @inline(__always)
        func panel(_ index: Int) -> Tile {
            Tile(
                weights: weights + index &* panelBytes, panelBytes: panelBytes, activations: activations,
                columns: columns, isFirst: isFirst, prefetchDistance: prefetchDistance, output: output + index &* 16,
                outputStride: outputStride)
        }

        @inline(__always)
        func output(_ token: Int, panel: Int = 0) -> UnsafeMutableRawPointer {
            UnsafeMutableRawPointer(output + (token &* outputStride &+ panel &* 16))
        }

        /// Fetches a line of weights ahead of its use; at distance 0 it only puts the line in its place of the
        /// order in which a stream is read.
        ///
        /// Kernels call it for every line in ascending order. A stream with gaps is worse than none: the CPU's own
        /// prefetcher no longer sees the lines that we fetch, and those that we leave out come late (measured on
        /// Zen 4: 12 instead of 26 GB/s). One or two tokens are a pure stream, whose distance depends on the CPU;
        /// more keep it busy between lines, so that it must look further ahead than its own prefetcher does.
        @inline(__always)
        func fetch(after p: UnsafeRawPointer, tokens: Int) {
            if tokens <= 2 { isa_prefetch(p + prefetchDistance) } else { isa_prefetch_l2(p + bytesAhead) }
        }

        /// What the running sum of a token and panel starts at.
        @inline(__always)
        func sum(_ token: Int, panel: Int = 0) -> __m512 {
            isFirst ? _mm512_setzero_ps() : output(token, panel: panel).loadUnaligned(as: __m512.self)
        }

        @inline(__always)
        func store(_ sum: __m512, _ token: Int, panel: Int = 0) {
            output(token, panel: panel).storeBytes(of: sum, as: __m512.self)
        }
    }

    /// Name the panels and tokens that a generic tile is compiled for.
    struct Panels<let count: Int> {}
    struct Tokens<let count: Int> {}

    /// An inner kernel of int8 activations: one weight panel times one token panel.
    protocol TileKernel {
        /// - Parameter tile: of one panel and as many tokens as it is compiled for.
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile)
    }

    extension TileKernel {
        /// Runs what is compiled for so many tokens, 1...`integerTokenTile`.
        @inline(__always)
        func run(_ tile: Tile, tokens: Int) {
            switch tokens {
            case 1: rows(Tokens<1>(), tile)
            case 2: rows(Tokens<2>(), tile)
            case 3: rows(Tokens<3>(), tile)
            case 4: rows(Tokens<4>(), tile)
            case 5: rows(Tokens<5>(), tile)
            case 6: rows(Tokens<6>(), tile)
            case 7: rows(Tokens<7>(), tile)
            default: rows(Tokens<8>(), tile)
            }
        }

        /// A piece of a product, panel after panel.
        ///
        /// - Parameter panelBytes: bytes of so many columns of a panel.
        @inline(__always)
        func multiply(_ product: MatrixProduct, panelBytes: (Int) -> Int) {
            forEachTile(product, tile: integerTokenTile, panelBytes: panelBytes) { _ in
                1
            } run: { tile, panels, tokens in
                for panel in 0..<panels { run(tile.panel(panel), tokens: tokens) }
            }
        }
    }

    /// Cuts a piece of a product into tiles and runs the inner kernel over them.
    ///
    /// - Parameters:
    ///   - tile: tokens of a full token panel.
    ///   - panelBytes: bytes of so many columns of a panel.
    ///   - stream: panels to run together for so few tokens, when one token panel is all there is.
    ///   - run: the inner kernel for so many panels (1, 2, 4) and tokens (1...tile).
    @inline(__always)
    func forEachTile(
        _ product: MatrixProduct, tile tokensPerPanel: Int, panelBytes: (Int) -> Int, stream: (Int) -> Int,
        run: (Tile, _ panels: Int, _ tokens: Int) -> Void
    ) {
        let activations = product.activations
        let format = activations.format
        let columns = activations.columns
        let isStream = product.tokens.count <= tokensPerPanel
        let fits = product.tokens.count * format.bytesPerToken(columns: columns) <= activationBlockBytes
        let columnStep = isStream || fits ? columns : columnBlock
        let tokenPanelBytes = tokensPerPanel * format.bytesPerToken(columns: min(columnStep, columns))
        let tokenStep = max(1, activationBlockBytes / tokenPanelBytes) * tokensPerPanel
        let walk = TileWalk(
            product: product, panelBytes: panelBytes(columns), bytesPerToken: format.bytesPerToken(columns: columns),
            tokensPerPanel: tokensPerPanel, panelsTogether: isStream ? stream(product.tokens.count) : 2)
        var firstToken = product.tokens.lowerBound
        while firstToken < product.tokens.upperBound {
            let tokens = firstToken..<min(firstToken + tokenStep, product.tokens.upperBound)
            var firstColumn = 0
            while firstColumn < columns {
                let block = ColumnBlock(
                    columns: firstColumn..<min(firstColumn + columnStep, columns),
                    weightOffset: panelBytes(firstColumn), activationOffset: format.bytesPerToken(columns: firstColumn))
                walk.forEachTile(tokens, block, run)
                firstColumn += columnStep
            }
            firstToken += tokenStep
        }
    }

    /// Some columns of a matrix and where they start in a weight panel and in one packed token.
    private struct ColumnBlock {
        let columns: Range<Int>
        let weightOffset: Int
        let activationOffset: Int
    }

    /// What stays the same for all tiles of a piece.
    private struct TileWalk {
        let product: MatrixProduct
        let panelBytes: Int
        let bytesPerToken: Int
        let tokensPerPanel: Int
        let panelsTogether: Int

        /// Panel after panel, or pair after pair, each with all tokens.
        @inline(__always)
        func forEachTile(
            _ tokens: Range<Int>, _ block: ColumnBlock, _ run: (Tile, _ panels: Int, _ tokens: Int) -> Void
        ) {
            let output = product.output
            var panel = product.panels.lowerBound
            while panel < product.panels.upperBound {
                var panels = panelsTogether
                while panel + panels > product.panels.upperBound { panels /= 2 }
                var first = tokens.lowerBound
                while first < tokens.upperBound {
                    let count = min(tokensPerPanel, tokens.upperBound - first)
                    let tokenPanel = UnsafeRawPointer(product.activations.base) + first * bytesPerToken
                    let tile = Tile(
                        weights: product.weights.base + (panel * panelBytes + block.weightOffset),
                        panelBytes: panelBytes, activations: tokenPanel + block.activationOffset * count,
                        columns: block.columns.count, isFirst: block.columns.lowerBound == 0,
                        prefetchDistance: product.prefetchDistance,
                        output: output.base + (first * output.stride + panel * 16), outputStride: output.stride)
                    run(tile, panels, count)
                    first += count
                }
                panel += panels
            }
        }
    }

    /// Panels that float kernels run together for one token panel, so that the chains of sums do not wait.
    @inline(__always)
    func floatPanelsTogether(_ tokens: Int) -> Int {
        tokens <= 3 ? 2 : 1
    }

    @inline(__always) func load512(_ p: UnsafeRawPointer) -> __m512i { p.loadUnaligned(as: __m512i.self) }
    @inline(__always) func load256(_ p: UnsafeRawPointer) -> __m256i { p.loadUnaligned(as: __m256i.self) }
    @inline(__always) func load128(_ p: UnsafeRawPointer) -> __m128i { p.loadUnaligned(as: __m128i.self) }

    /// Four bytes in every lane.
    @inline(__always)
    func broadcast(_ p: UnsafeRawPointer) -> __m512i { _mm512_set1_epi32(p.loadUnaligned(as: Int32.self)) }

    /// A float in every lane.
    @inline(__always)
    func splat(_ p: UnsafeRawPointer) -> __m512 { _mm512_set1_ps(p.loadUnaligned(as: Float.self)) }
#endif
