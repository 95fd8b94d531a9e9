#if arch(arm64)
    import Intrinsics

    /// What the machine can do at most with NEON: loops that only read, or only compute, to hold kernels against.
    package enum NEONCeilings {
        /// 16 × `rounds` dot products of sixteen bytes: 32 operations each.
        package static func dotInt8(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<16, SIMD4<Int32>>(repeating: .zero)
            let w = p.loadUnaligned(as: SIMD4<UInt32>.self)
            var x = (p + 16).loadUnaligned(as: SIMD4<UInt32>.self)
            for _ in 0..<rounds {
                for t in 0..<16 { sums[t] = isa_sdot(sums[t], w, x) }
                // A changing operand keeps the products in the loop.
                x &+= w
            }
            for t in 1..<16 { sums[0] ^= sums[t] }
            return Int(sums[0][0])
        }

        /// 16 × `rounds` fused multiply-adds of four floats: 8 operations each.
        package static func multiplyAddFloats(_ p: UnsafeRawPointer, rounds: Int) -> Int {
            var sums = InlineArray<16, SIMD4<Float>>(repeating: .zero)
            let w = p.loadUnaligned(as: SIMD4<Float>.self)
            let x = (p + 16).loadUnaligned(as: SIMD4<Float>.self)
            for _ in 0..<rounds { for t in 0..<16 { sums[t].addProduct(w, x) } }
            for t in 1..<16 { sums[0] += sums[t] }
            return Int(sums[0].sum().bitPattern)
        }
    }
#endif
