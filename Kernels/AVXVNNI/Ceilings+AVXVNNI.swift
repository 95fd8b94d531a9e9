#if arch(x86_64)
    import Intrinsics

    /// What the machine can do at most with VNNI on 256-bit registers, to hold kernels against.
    package enum AVXVNNICeilings {
        /// 12 × `rounds` dot products of 32 bytes: 64 operations each.
        package static func dotInt8(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<12, __m256i>(repeating: _mm256_setzero_si256())
            let u = load256(p)
            var x = load256(p + 32)
            for _ in 0..<rounds {
                for t in 0..<12 { sums[t] = isa_dpbusd256(sums[t], u, x) }
                // A changing operand keeps the products in the loop.
                x = _mm256_add_epi8(x, u)
            }
            for t in 1..<12 { sums[0] = _mm256_xor_si256(sums[0], sums[t]) }
            return Int(sums[0][0])
        }
    }
#endif
