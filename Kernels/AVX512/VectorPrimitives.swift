#if arch(x86_64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`: here for AVX-512.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        _mm512_fmadd_ps(a, b, c)
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

    /// Register tile of attention: six queries, four vectors, and four registers for keys or values.
    typealias QueryTileWidth = Lanes<6>
    typealias VectorTileWidth = Lanes<4>
#endif
