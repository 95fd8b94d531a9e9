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

    /// The entries of a table that bytes 0..<16 number.
    @inline(__always)
    func lookUp16(_ table: SIMD16<UInt8>, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let table = _mm512_broadcast_i32x4(unsafeBitCast(table, to: __m128i.self))
        return unsafeBitCast(
            _mm512_shuffle_epi8(table, unsafeBitCast(indices, to: __m512i.self)), to: SIMD16<UInt32>.self)
    }

    /// Words of a table of eight-byte entries.
    @inline(__always)
    func gather16(_ table: UnsafeRawPointer, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        unsafeBitCast(isa_gather512(table, unsafeBitCast(indices, to: __m512i.self)), to: SIMD16<UInt32>.self)
    }

    /// Register tile of attention: six queries, four vectors, and four registers for keys or values.
    typealias QueryTileWidth = Lanes<6>
    typealias VectorTileWidth = Lanes<4>
#endif
