#if arch(x86_64)
    import Intrinsics
    import Quantization

    // Why these tiles. Sixteen rows are two 256-bit vectors, and there are sixteen registers. Without VNNI four
    // bytes are multiplied by vpmaddubsw (unsigned × signed, sums of two in 16 bits) and widened by vpmaddwd. Half
    // a panel × 4 tokens keeps four chains of sums, their weights and constants in registers; types whose codes
    // are small enough sum up to a whole block in 16 bits before they widen. Float kernels have no intermediate
    // sums: a whole panel × 6 tokens is 12 sums, two weights and a broadcast.
    //
    // Order of work: 128 KB of activations stay in L2 and meet all panels of the piece. Running sums of the
    // integer types rest in the output, which stays in L1.

    /// Tokens of a full panel of `int8Per32` and `int8Per256`.
    let integerTokenTile = 4
    /// Tokens of a full panel of `float32`.
    let floatTokenTile = 6
    /// Bytes of packed activations that stay in L2.
    let activationBlockBytes = 128 << 10

    /// One weight panel times one token panel: what an inner kernel gets.
    struct Tile {
        /// First block of the weight panel.
        let weights: UnsafeRawPointer
        /// First block of the token panel.
        let activations: UnsafeRawPointer
        let columns: Int
        /// Sixteen floats of the first token; tokens are `outputStride` floats apart.
        let output: UnsafeMutablePointer<Float>
        let outputStride: Int
        /// Bytes that a stream of weights is fetched ahead of its use.
        let prefetchDistance: Int

        /// Fetches a line of weights ahead of its use; kernels call it for every line in ascending order.
        @inline(__always)
        func fetch(after p: UnsafeRawPointer) { isa_prefetch(p + prefetchDistance) }

        /// Eight sums of a token, of rows 0..<8 or 8..<16.
        @inline(__always)
        func sum(_ half: Int, _ token: Int) -> __m256 {
            UnsafeRawPointer(output + (token &* outputStride &+ half &* 8)).loadUnaligned(as: __m256.self)
        }

        @inline(__always)
        func store(_ sum: __m256, _ half: Int, _ token: Int) {
            UnsafeMutableRawPointer(output + (token &* outputStride &+ half &* 8)).storeBytes(of: sum, as: __m256.self)
        }
    }

    /// Names the number of tokens that a generic tile is compiled for.
    struct Tokens<let count: Int> {}

    /// An inner kernel of int8 activations.
    protocol TileKernel {
        /// - Parameter tile: of as many tokens as it is compiled for.
        func rows<let T: Int>(_: Tokens<T>, _ tile: Tile)
    }

    extension TileKernel {
        /// A piece of a product, panel after panel.
        ///
        /// - Parameter panelBytes: bytes of so many columns of a panel.
        @inline(__always)
        func multiply(_ product: MatrixProduct, panelBytes: (Int) -> Int) {
            let bytes = panelBytes(product.activations.columns)
            forEachTile(product, tile: integerTokenTile, panelBytes: bytes) { tile, tokens in
                switch tokens {
                case 1: rows(Tokens<1>(), tile)
                case 2: rows(Tokens<2>(), tile)
                case 3: rows(Tokens<3>(), tile)
                default: rows(Tokens<4>(), tile)
                }
            }
        }
    }

    /// Cuts a piece of a product into tiles and runs the inner kernel over them.
    ///
    /// - Parameters:
    ///   - tile: tokens of a full token panel.
    ///   - run: the inner kernel for so many tokens (1...tile).
    @inline(__always)
    func forEachTile(
        _ product: MatrixProduct, tile tokensPerPanel: Int, panelBytes: Int, run: (Tile, _ tokens: Int) -> Void
    ) {
        let activations = product.activations
        let bytesPerToken = activations.format.bytesPerToken(columns: activations.columns)
        let tokenStep = max(1, activationBlockBytes / max(1, tokensPerPanel * bytesPerToken)) * tokensPerPanel
        var firstToken = product.tokens.lowerBound
        while firstToken < product.tokens.upperBound {
            let end = min(firstToken + tokenStep, product.tokens.upperBound)
            var panel = product.panels.lowerBound
            while panel < product.panels.upperBound {
                var first = firstToken
                while first < end {
                    let count = min(tokensPerPanel, end - first)
                    let tile = Tile(
                        weights: product.weights.base + panel * panelBytes,
                        activations: UnsafeRawPointer(activations.base) + first * bytesPerToken,
                        columns: activations.columns,
                        output: product.output.base + (first * product.output.stride + panel * 16),
                        outputStride: product.output.stride, prefetchDistance: product.prefetchDistance)
                    run(tile, count)
                    first += count
                }
                panel += 1
            }
            firstToken = end
        }
    }

    @inline(__always) func load256(_ p: UnsafeRawPointer) -> __m256i { p.loadUnaligned(as: __m256i.self) }
    @inline(__always) func load128(_ p: UnsafeRawPointer) -> __m128i { p.loadUnaligned(as: __m128i.self) }

    /// Eight bytes in the lower half of a vector.
    @inline(__always)
    func load64(_ p: UnsafeRawPointer) -> __m128i { _mm_set_epi64x(0, p.loadUnaligned(as: Int64.self)) }

    /// Four bytes in every lane.
    @inline(__always)
    func broadcast(_ p: UnsafeRawPointer) -> __m256i { _mm256_set1_epi32(p.loadUnaligned(as: Int32.self)) }

    /// A float in every lane.
    @inline(__always)
    func splat(_ p: UnsafeRawPointer) -> __m256 { _mm256_set1_ps(p.loadUnaligned(as: Float.self)) }

    /// Eight half-precision numbers.
    @inline(__always)
    func halves(_ p: UnsafeRawPointer) -> __m256 { _mm256_cvtph_ps(load128(p)) }
#endif
