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

    /// Register tile of attention: four queries, one vector of two registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
