#if arch(arm64)
    import Intrinsics

    /// What the machine can do at most with i8mm, to hold kernels against.
    package enum NEONMatrixCeilings {
        /// 16 × `rounds` products of two rows and two tokens of eight bytes: 64 operations each.
        package static func dotInt8(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<16, SIMD4<Int32>>(repeating: .zero)
            let w = p.loadUnaligned(as: SIMD4<UInt32>.self)
            var x = (p + 16).loadUnaligned(as: SIMD4<UInt32>.self)
            for _ in 0..<rounds {
                for t in 0..<16 { sums[t] = isa_smmla(sums[t], w, x) }
                // A changing operand keeps the products in the loop.
                x &+= w
            }
            for t in 1..<16 { sums[0] ^= sums[t] }
            return Int(sums[0][0])
        }
    }
#endif
