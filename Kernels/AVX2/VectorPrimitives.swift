#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`: here for AVX2 with FMA and F16C.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        c.addingProduct(a, b)
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

    /// Register tile of attention: four queries, one vector of two registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
