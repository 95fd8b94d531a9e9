#if arch(x86_64)
    import Intrinsics

    /// What the machine can do at most with AVX2: loops that only read, or only compute, to hold kernels against.
    package enum AVX2Ceilings {
        /// Reads `byteCount` bytes, a multiple of 512.
        package static func read(_ p: UnsafeRawPointer, byteCount: Int) -> Int {
            var sums = InlineArray<8, __m256i>(repeating: _mm256_setzero_si256())
            var offset = 0
            while offset < byteCount {
                for t in 0..<8 { sums[t] = _mm256_or_si256(sums[t], load256(p + (offset &+ t * 32))) }
                offset &+= 256
            }
            for t in 1..<8 { sums[0] = _mm256_or_si256(sums[0], sums[t]) }
            return Int(sums[0][0])
        }

        /// 12 × `rounds` products of 32 bytes, summed in 16 bits: 64 operations each.
        package static func dotInt8(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m256i>(repeating: _mm256_setzero_si256())
            let u = load256(p)
            var x = load256(p + 32)
            for _ in 0..<rounds {
                for t in 0..<12 { sums[t] = _mm256_add_epi16(sums[t], _mm256_maddubs_epi16(u, x)) }
                // A changing operand keeps the products in the loop.
                x = _mm256_add_epi8(x, u)
            }
            for t in 1..<12 { sums[0] = _mm256_xor_si256(sums[0], sums[t]) }
            return Int(sums[0][0])
        }

        /// 12 × `rounds` fused multiply-adds of 8 floats: 16 operations each.
        package static func multiplyAddFloats(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m256>(repeating: _mm256_setzero_ps())
            let (w, x) = (_mm256_castsi256_ps(load256(p)), _mm256_castsi256_ps(load256(p + 32)))
            for _ in 0..<rounds { for t in 0..<12 { sums[t] = _mm256_fmadd_ps(w, x, sums[t]) } }
            for t in 1..<12 { sums[0] = _mm256_add_ps(sums[0], sums[t]) }
            return Int(unsafeBitCast(sums[0], to: SIMD4<Int64>.self)[0])
        }
    }
#endif
