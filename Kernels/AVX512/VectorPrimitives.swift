#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`: here for AVX-512.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        _mm512_fmadd_ps(a, b, c)
    }

    /// What is left when the nearest integers are taken away, of −∞ nothing.
    @inline(__always)
    func fractions16(_ x: SIMD16<Float>) -> SIMD16<Float> { isa_fraction512(x) }

    /// `p · 2ˣ⁻ʳ`, with r the fractions of x; below 2⁻¹²⁶ with fewer digits.
    @inline(__always)
    func timesPowersOfTwo16(_ p: SIMD16<Float>, _ x: SIMD16<Float>, without r: SIMD16<Float>) -> SIMD16<Float> {
        _mm512_scalef_ps(p, x - r)
    }

    /// Sixteen half-precision numbers as float32, exact.
    @inline(__always)
    func loadHalf16(_ p: UnsafeRawPointer) -> SIMD16<Float> {
        _mm512_cvtph_ps(p.loadUnaligned(as: __m256i.self))
    }

    /// The nearest half-precision numbers, ties to even.
    @inline(__always)
    func storeHalf16(_ value: SIMD16<Float>, to p: UnsafeMutableRawPointer) {
        p.storeBytes(of: isa_cvtps_ph512(value), as: __m256i.self)
    }

    /// The entries of a table that bytes 0..<16 number.
    @inline(__always)
    func lookUp16(_ table: SIMD16<UInt8>, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let table = _mm512_broadcast_i32x4(unsafeBitCast(table, to: __m128i.self))
        return unsafeBitCast(
            _mm512_shuffle_epi8(table, unsafeBitCast(indices, to: __m512i.self)), to: SIMD16<UInt32>.self)
    }

    /// Digits of base 3 of bytes that are fractions of 256: `⌊3 · frac(byte · power / 256)⌋`.
    @inline(__always)
    func ternaryDigits16(_ bytes: SIMD16<UInt32>, _ power: UInt32) -> SIMD16<UInt32> {
        // A byte in the upper half of sixteen bits: what passes 1 falls away, and what passes by 3 is the digit.
        let bytes = unsafeBitCast(bytes, to: __m512i.self)
        let power = _mm512_set1_epi16(Int16(truncatingIfNeeded: power))
        let three = _mm512_set1_epi16(3)
        let even = _mm512_mulhi_epu16(_mm512_mullo_epi16(_mm512_slli_epi16(bytes, 8), power), three)
        let fraction = _mm512_mullo_epi16(_mm512_andnot_si512(_mm512_set1_epi16(0xFF), bytes), power)
        let odd = _mm512_slli_epi16(_mm512_mulhi_epu16(fraction, three), 8)
        return unsafeBitCast(_mm512_or_si512(even, odd), to: SIMD16<UInt32>.self)
    }

    /// Words of a table of eight-byte entries.
    @inline(__always)
    func gather16(_ table: UnsafeRawPointer, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        unsafeBitCast(isa_gather512(table, unsafeBitCast(indices, to: __m512i.self)), to: SIMD16<UInt32>.self)
    }

    /// The low bytes of integers.
    @inline(__always)
    func lowBytes16(_ v: SIMD16<Int32>) -> SIMD16<UInt8> {
        unsafeBitCast(_mm512_cvtepi32_epi8(unsafeBitCast(v, to: __m512i.self)), to: SIMD16<UInt8>.self)
    }

    /// Floats nearest to any integers.
    @inline(__always)
    func floats16(_ v: SIMD16<Int32>) -> SIMD16<Float> { _mm512_cvtepi32_ps(unsafeBitCast(v, to: __m512i.self)) }

    /// What sums of key products start from, for a query whose codes have this sum: here keys are multiplied with
    /// their top bits flipped, as unsigned bytes.
    @inline(__always)
    func keySums16(_ sum: Int32) -> SIMD16<Int32> { SIMD16(repeating: sum &* -128) }

    /// Adds four products a lane: codes of keys, top bits flipped, and a query's four codes.
    @inline(__always)
    func addKeyProducts16(_ sums: SIMD16<Int32>, _ keys: SIMD16<UInt32>, _ query: UInt32) -> SIMD16<Int32> {
        dotBytes(sums, keys, SIMD16(repeating: query))
    }

    /// Adds four products a lane: codes of values, and four weights 0...255.
    @inline(__always)
    func addValueProducts16(_ sums: SIMD16<Int32>, _ values: SIMD16<UInt32>, _ weights: UInt32) -> SIMD16<Int32> {
        dotBytes(sums, SIMD16(repeating: weights), values)
    }

    @inline(__always)
    private func dotBytes(
        _ sums: SIMD16<Int32>, _ unsigned: SIMD16<UInt32>, _ signed: SIMD16<UInt32>
    ) -> SIMD16<Int32> {
        unsafeBitCast(
            _mm512_dpbusd_epi32(
                unsafeBitCast(sums, to: __m512i.self), unsafeBitCast(unsigned, to: __m512i.self),
                unsafeBitCast(signed, to: __m512i.self)), to: SIMD16<Int32>.self)
    }

    /// Register tile of attention: six queries, four vectors, and four registers for keys or values.
    typealias QueryTileWidth = Lanes<6>
    typealias VectorTileWidth = Lanes<4>
#endif
