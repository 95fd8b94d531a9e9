#if arch(x86_64)
    import Intrinsics

    /// What the machine can do at most: loops that only read, or only compute, to hold kernels against.
    package enum AVX512Ceilings {
        /// Reads `byteCount` bytes, a multiple of 512, fetched so many bytes ahead.
        package static func read(_ p: UnsafeRawPointer, byteCount: Int, prefetchDistance: Int) -> Int {
            var sums = InlineArray<8, __m512i>(repeating: _mm512_setzero_si512())
            var offset = 0
            while offset < byteCount {
                for t in 0..<8 {
                    isa_prefetch(p + (offset &+ prefetchDistance + t * 64))
                    sums[t] = _mm512_or_si512(sums[t], load512(p + (offset &+ t * 64)))
                }
                offset &+= 512
            }
            for t in 1..<8 { sums[0] = _mm512_or_si512(sums[0], sums[t]) }
            return Int(_mm512_reduce_or_epi32(sums[0]))
        }

        /// 12 × `rounds` dot products of 64 bytes on registers: 128 operations each.
        package static func dotInt8(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m512i>(repeating: _mm512_setzero_si512())
            let (u, x) = (load512(p), load512(p + 64))
            for _ in 0..<rounds { for t in 0..<12 { sums[t] = _mm512_dpbusd_epi32(sums[t], u, x) } }
            for t in 1..<12 { sums[0] = _mm512_xor_si512(sums[0], sums[t]) }
            return Int(_mm512_reduce_or_epi32(sums[0]))
        }

        /// 12 × `rounds` dot products of 32 pairs of bfloat16: 64 operations each.
        package static func dotBFloat16(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m512>(repeating: _mm512_setzero_ps())
            let (w, x) = (load512(p), load512(p + 64))
            for _ in 0..<rounds { for t in 0..<12 { sums[t] = isa_dpbf16(sums[t], w, x) } }
            for t in 1..<12 { sums[0] = _mm512_add_ps(sums[0], sums[t]) }
            return Int(_mm512_reduce_add_ps(sums[0]).bitPattern)
        }

        /// 12 × `rounds` fused multiply-adds of 16 floats: 32 operations each.
        package static func multiplyAddFloats(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m512>(repeating: _mm512_setzero_ps())
            let (w, x) = (_mm512_castsi512_ps(load512(p)), _mm512_castsi512_ps(load512(p + 64)))
            for _ in 0..<rounds { for t in 0..<12 { sums[t] = _mm512_fmadd_ps(w, x, sums[t]) } }
            for t in 1..<12 { sums[0] = _mm512_add_ps(sums[0], sums[t]) }
            return Int(_mm512_reduce_add_ps(sums[0]).bitPattern)
        }
    }
#endif
