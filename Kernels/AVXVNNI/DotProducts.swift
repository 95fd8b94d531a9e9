#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in dot products of bytes: here for CPUs with VNNI on 256-bit registers only
    // (AVX-VNNI). vpdpbusd adds four products of unsigned with signed bytes to each sum, in 32 bits.

    /// Whether codes of 0..<256 are multiplied as they are.
    var multipliesUnsignedBytes: Bool { true }

    /// Sums over columns of half a panel for some tokens.
    struct CodeSums<let T: Int, let M: Int> {
        private var sums = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())

        @inline(__always)
        init() {}

        /// Adds four columns.
        ///
        /// - Parameter y: four bytes of activations for each token.
        @inline(__always)
        mutating func add(_ codes: __m256i, _ y: UnsafeRawPointer) {
            for t in 0..<T { sums[t] = isa_dpbusd256(sums[t], codes, broadcast(y + t * 4)) }
        }

        /// A token's sums.
        @inline(__always)
        func wide(_ t: Int) -> __m256i { sums[t] }

        /// A token's sums, each times a byte.
        ///
        /// - Parameter scales: eight bytes, one in each lane.
        @inline(__always)
        func wide(_ t: Int, times scales: __m256i) -> __m256i { _mm256_mullo_epi32(sums[t], scales) }
    }

    /// What sums of key products start from, for a query whose codes have this sum: keys are multiplied with their top
    /// bits flipped, as unsigned bytes.
    @inline(__always)
    func keySums16(_ sum: Int32) -> SIMD16<Int32> { SIMD16(repeating: sum &* -128) }

    /// Adds four products a lane: codes of keys, top bits flipped, and a query's four codes.
    @inline(__always)
    func addKeyProducts16(_ sums: SIMD16<Int32>, _ keys: SIMD16<UInt32>, _ query: UInt32) -> SIMD16<Int32> {
        let query = _mm256_set1_epi32(Int32(bitPattern: query))
        return eachHalf(sums, keys) { sums, keys in isa_dpbusd256(sums, keys, query) }
    }

    /// Adds four products a lane: codes of values, and four weights 0...255.
    @inline(__always)
    func addValueProducts16(_ sums: SIMD16<Int32>, _ values: SIMD16<UInt32>, _ weights: UInt32) -> SIMD16<Int32> {
        let weights = _mm256_set1_epi32(Int32(bitPattern: weights))
        return eachHalf(sums, values) { sums, values in isa_dpbusd256(sums, weights, values) }
    }

    /// Register tile of attention: four queries, one vector of two registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
