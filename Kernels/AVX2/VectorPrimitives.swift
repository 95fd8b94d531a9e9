#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`: here for AVX2 with FMA and F16C.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        c.addingProduct(a, b)
    }

    /// The sum of all lanes, in one fixed order.
    @inline(__always)
    func sum(_ v: SIMD16<Float>) -> Float { sum(v.lowHalf + v.highHalf) }

    /// The greatest lane.
    @inline(__always)
    func greatest(_ v: SIMD16<Float>) -> Float {
        greatest(v.lowHalf.replacing(with: v.highHalf, where: v.lowHalf .< v.highHalf))
    }

    /// Sixteen half-precision numbers as float32, exact.
    @inline(__always)
    func loadHalf16(_ p: UnsafeRawPointer) -> SIMD16<Float> {
        let low = _mm256_cvtph_ps(p.loadUnaligned(as: __m128i.self))
        let high = _mm256_cvtph_ps((p + 16).loadUnaligned(as: __m128i.self))
        return SIMD16(lowHalf: low, highHalf: high)
    }

    /// The nearest half-precision numbers, ties to even.
    @inline(__always)
    func storeHalf16(_ value: SIMD16<Float>, to p: UnsafeMutableRawPointer) {
        p.storeBytes(of: isa_cvtps_ph256(value.lowHalf), as: __m128i.self)
        (p + 16).storeBytes(of: isa_cvtps_ph256(value.highHalf), as: __m128i.self)
    }

    /// The entries of a table that bytes 0..<16 number.
    @inline(__always)
    func lookUp16(_ table: SIMD16<UInt8>, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let table = _mm256_broadcastsi128_si256(unsafeBitCast(table, to: __m128i.self))
        let low = _mm256_shuffle_epi8(table, unsafeBitCast(indices.lowHalf, to: __m256i.self))
        let high = _mm256_shuffle_epi8(table, unsafeBitCast(indices.highHalf, to: __m256i.self))
        return SIMD16(
            lowHalf: unsafeBitCast(low, to: SIMD8<UInt32>.self), highHalf: unsafeBitCast(high, to: SIMD8<UInt32>.self))
    }

    /// Words of a table of eight-byte entries.
    @inline(__always)
    func gather16(_ table: UnsafeRawPointer, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let low = isa_gather256(table, unsafeBitCast(indices.lowHalf, to: __m256i.self))
        let high = isa_gather256(table, unsafeBitCast(indices.highHalf, to: __m256i.self))
        return SIMD16(
            lowHalf: unsafeBitCast(low, to: SIMD8<UInt32>.self), highHalf: unsafeBitCast(high, to: SIMD8<UInt32>.self))
    }

    /// The low bytes of integers.
    @inline(__always)
    func lowBytes16(_ v: SIMD16<Int32>) -> SIMD16<UInt8> {
        let lowBytes = _mm256_setr_epi8(
            0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
            0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)
        let low = unsafeBitCast(
            _mm256_shuffle_epi8(unsafeBitCast(v.lowHalf, to: __m256i.self), lowBytes), to: SIMD8<UInt32>.self)
        let high = unsafeBitCast(
            _mm256_shuffle_epi8(unsafeBitCast(v.highHalf, to: __m256i.self), lowBytes), to: SIMD8<UInt32>.self)
        return unsafeBitCast(SIMD4(low[0], low[4], high[0], high[4]), to: SIMD16<UInt8>.self)
    }

    /// Floats nearest to any integers.
    @inline(__always)
    func floats16(_ v: SIMD16<Int32>) -> SIMD16<Float> {
        SIMD16(
            lowHalf: _mm256_cvtepi32_ps(unsafeBitCast(v.lowHalf, to: __m256i.self)),
            highHalf: _mm256_cvtepi32_ps(unsafeBitCast(v.highHalf, to: __m256i.self)))
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

    @inline(__always)
    private func eachHalf(
        _ sums: SIMD16<Int32>, _ bytes: SIMD16<UInt32>, _ body: (__m256i, __m256i) -> __m256i
    ) -> SIMD16<Int32> {
        let low = body(unsafeBitCast(sums.lowHalf, to: __m256i.self), unsafeBitCast(bytes.lowHalf, to: __m256i.self))
        let high = body(
            unsafeBitCast(sums.highHalf, to: __m256i.self), unsafeBitCast(bytes.highHalf, to: __m256i.self))
        return SIMD16(
            lowHalf: unsafeBitCast(low, to: SIMD8<Int32>.self), highHalf: unsafeBitCast(high, to: SIMD8<Int32>.self))
    }

    /// Register tile of attention: four queries, one vector of two registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
