#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`, but for dot products: here for AVX2 with FMA and
    // F16C.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        c.addingProduct(a, b)
    }

    /// What is left when the nearest integers are taken away.
    @inline(__always)
    func fractions16(_ x: SIMD16<Float>) -> SIMD16<Float> {
        x - SIMD16(lowHalf: isa_round256(x.lowHalf), highHalf: isa_round256(x.highHalf))
    }

    /// `p · 2ˣ⁻ʳ`, with r the fractions of x; 0 for x below −126.
    @inline(__always)
    func timesPowersOfTwo16(_ p: SIMD16<Float>, _ x: SIMD16<Float>, without r: SIMD16<Float>) -> SIMD16<Float> {
        let integers = x - r
        let low = unsafeBitCast(_mm256_cvtps_epi32(integers.lowHalf), to: SIMD8<Int32>.self)
        let high = unsafeBitCast(_mm256_cvtps_epi32(integers.highHalf), to: SIMD8<Int32>.self)
        let bits = unsafeBitCast(p, to: SIMD16<Int32>.self) &+ SIMD16(lowHalf: low, highHalf: high) &<< 23
        return unsafeBitCast(bits, to: SIMD16<Float>.self).replacing(with: 0, where: x .< -126)
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

    /// Digits of base 3 of bytes that are fractions of 256: `⌊3 · frac(byte · power / 256)⌋`.
    @inline(__always)
    func ternaryDigits16(_ bytes: SIMD16<UInt32>, _ power: UInt32) -> SIMD16<UInt32> {
        let power = _mm256_set1_epi16(Int16(truncatingIfNeeded: power))
        return SIMD16(
            lowHalf: ternaryDigits(bytes.lowHalf, power), highHalf: ternaryDigits(bytes.highHalf, power))
    }

    @inline(__always)
    private func ternaryDigits(_ bytes: SIMD8<UInt32>, _ power: __m256i) -> SIMD8<UInt32> {
        // A byte in the upper half of sixteen bits: what passes 1 falls away, and what passes by 3 is the digit.
        let bytes = unsafeBitCast(bytes, to: __m256i.self)
        let three = _mm256_set1_epi16(3)
        let even = _mm256_mulhi_epu16(_mm256_mullo_epi16(_mm256_slli_epi16(bytes, 8), power), three)
        let fraction = _mm256_mullo_epi16(_mm256_andnot_si256(_mm256_set1_epi16(0xFF), bytes), power)
        let odd = _mm256_slli_epi16(_mm256_mulhi_epu16(fraction, three), 8)
        return unsafeBitCast(_mm256_or_si256(even, odd), to: SIMD8<UInt32>.self)
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

    @inline(__always)
    func eachHalf(
        _ sums: SIMD16<Int32>, _ bytes: SIMD16<UInt32>, _ body: (__m256i, __m256i) -> __m256i
    ) -> SIMD16<Int32> {
        let low = body(unsafeBitCast(sums.lowHalf, to: __m256i.self), unsafeBitCast(bytes.lowHalf, to: __m256i.self))
        let high = body(
            unsafeBitCast(sums.highHalf, to: __m256i.self), unsafeBitCast(bytes.highHalf, to: __m256i.self))
        return SIMD16(
            lowHalf: unsafeBitCast(low, to: SIMD8<Int32>.self), highHalf: unsafeBitCast(high, to: SIMD8<Int32>.self))
    }
#endif
