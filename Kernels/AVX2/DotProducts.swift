#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in dot products of bytes: here for AVX2, where vpmaddubsw multiplies unsigned
    // with signed bytes and adds pairs of products in 16 bits, and vpmaddwd widens them.

    /// Whether codes of 0..<256 are multiplied as they are.
    var multipliesUnsignedBytes: Bool { false }

    /// Sums over columns of half a panel for some tokens, in 16 bits where codes leave room: no more columns may be added
    /// than 2¹⁵ holds. Codes up to 31 have room for sixteen (8 · 31 · 127), up to 15 for 32, up to 63 for eight. Bytes of
    /// either sign (M = 128) have room for two, as |v| and x with v's sign (2 · 128 · 127), and are widened at once.
    struct CodeSums<let T: Int, let M: Int> {
        private var sums = InlineArray<T, __m256i>(repeating: _mm256_setzero_si256())

        @inline(__always)
        init() {}

        /// Adds four columns.
        ///
        /// - Parameter y: four bytes of activations for each token.
        @inline(__always)
        mutating func add(_ codes: __m256i, _ y: UnsafeRawPointer) {
            if M == 128 {
                let v = _mm256_sub_epi8(codes, _mm256_set1_epi8(-128))
                let magnitude = _mm256_abs_epi8(v)
                for t in 0..<T {
                    let products = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(broadcast(y + t * 4), v))
                    sums[t] = _mm256_add_epi32(sums[t], _mm256_madd_epi16(products, _mm256_set1_epi16(1)))
                }
            } else {
                for t in 0..<T {
                    sums[t] = _mm256_add_epi16(sums[t], _mm256_maddubs_epi16(codes, broadcast(y + t * 4)))
                }
            }
        }

        /// A token's sums in 32 bits.
        @inline(__always)
        func wide(_ t: Int) -> __m256i {
            M == 128 ? sums[t] : _mm256_madd_epi16(sums[t], _mm256_set1_epi16(1))
        }

        /// A token's sums, each times a byte.
        ///
        /// - Parameter scales: eight bytes, one in each lane. They stand in both halves of it for vpmaddwd, which widens
        ///   and multiplies in one step.
        @inline(__always)
        func wide(_ t: Int, times scales: __m256i) -> __m256i {
            _mm256_madd_epi16(sums[t], _mm256_or_si256(scales, _mm256_slli_epi32(scales, 16)))
        }
    }

    /// What sums of key products start from, for a query whose codes have this sum.
    @inline(__always)
    func keySums16(_ sum: Int32) -> SIMD16<Int32> { SIMD16() }

    /// Adds four products a lane: codes of keys, top bits flipped, and a query's four codes.
    ///
    /// The key's magnitude is the unsigned operand and the query takes its sign: 2 · 128 · 127 < 2¹⁵.
    @inline(__always)
    func addKeyProducts16(_ sums: SIMD16<Int32>, _ keys: SIMD16<UInt32>, _ query: UInt32) -> SIMD16<Int32> {
        let query = _mm256_set1_epi32(Int32(bitPattern: query))
        return eachHalf(sums, keys) { sums, keys in
            let keys = _mm256_xor_si256(keys, _mm256_set1_epi8(-128))
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(keys), _mm256_sign_epi8(query, keys))
            return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }

    /// Adds four products a lane: codes of values, and four weights 0...255.
    ///
    /// Bytes are multiplied as words, even and odd apart: two products of bytes, 2 · 255 · 127, are more than a word
    /// holds.
    @inline(__always)
    func addValueProducts16(_ sums: SIMD16<Int32>, _ values: SIMD16<UInt32>, _ weights: UInt32) -> SIMD16<Int32> {
        let even = _mm256_set1_epi32(Int32(bitPattern: weights & 0x00FF_00FF))
        let odd = _mm256_set1_epi32(Int32(bitPattern: (weights &>> 8) & 0x00FF_00FF))
        return eachHalf(sums, values) { sums, values in
            let evenValues = _mm256_srai_epi16(_mm256_slli_epi16(values, 8), 8)
            let evenSums = _mm256_add_epi32(sums, _mm256_madd_epi16(evenValues, even))
            return _mm256_add_epi32(evenSums, _mm256_madd_epi16(_mm256_srai_epi16(values, 8), odd))
        }
    }

    /// Register tile of attention: four queries, one vector of two registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
