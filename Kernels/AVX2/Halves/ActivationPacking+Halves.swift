#if arch(x86_64)
    import Intrinsics
    import Quantization

    /// The scale of a block, `max|x| / 127`, and its reciprocal.
    ///
    /// The maximum is taken of bit patterns, where NaN is above infinity, so that neither is lost. Below 2⁻¹¹⁰
    /// the reciprocal would overflow; such values become zero.
    private struct BlockScale {
        let scale: Float
        let inverse: __m256

        @inline(__always)
        init(_ p: UnsafeRawPointer, count: Int) {
            let magnitude = _mm256_set1_epi32(0x7FFF_FFFF)
            var largest = _mm256_setzero_si256()
            for i in 0..<count / 8 {
                largest = _mm256_max_epi32(largest, _mm256_and_si256(load256(p + i &* 32), magnitude))
            }
            let lanes = unsafeBitCast(largest, to: SIMD8<Int32>.self)
            var bits = lanes[0]
            for i in 1..<8 { bits = lanes[i] > bits ? lanes[i] : bits }
            let maximum = Float(bitPattern: UInt32(bitPattern: bits))
            scale = maximum / 127
            inverse = _mm256_set1_ps(maximum < 0x1p-110 ? 0 : 127 / maximum)
        }
    }

    /// Quantises 32 values into eight words at `to`, `stride` bytes apart, and returns the sums of the two halves.
    ///
    /// Rounds to the nearest, ties to even.
    @inline(__always)
    private func quantize32(
        _ p: UnsafeRawPointer, _ scale: BlockScale, _ to: UnsafeMutableRawPointer, stride: Int
    ) -> (low: Int32, high: Int32) {
        var q = InlineArray<4, __m256i>(repeating: _mm256_setzero_si256())
        for i in 0..<4 {
            q[i] = _mm256_cvtps_epi32(_mm256_mul_ps((p + i * 32).loadUnaligned(as: __m256.self), scale.inverse))
        }
        let mixed = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]))
        // Packing works on halves of a vector: put the words in order.
        let bytes = _mm256_permutevar8x32_epi32(mixed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7))
        if stride == 4 {
            to.storeBytes(of: bytes, as: __m256i.self)
        } else {
            let words = unsafeBitCast(bytes, to: SIMD8<UInt32>.self)
            for i in 0..<8 { to.storeBytes(of: words[i], toByteOffset: i &* stride, as: UInt32.self) }
        }
        // Sums of eight bytes each, made unsigned by adding 128.
        let biased = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128))
        let sums = _mm256_sad_epu8(biased, _mm256_setzero_si256())
        return (
            Int32(truncatingIfNeeded: sums[0] &+ sums[1] &- 2048), Int32(truncatingIfNeeded: sums[2] &+ sums[3] &- 2048)
        )
    }

    /// Quantises sixteen values into four words at `to`, `stride` bytes apart, and returns their sum.
    @inline(__always)
    private func quantize16(
        _ p: UnsafeRawPointer, _ scale: BlockScale, _ to: UnsafeMutableRawPointer, stride: Int
    ) -> Int32 {
        let low = _mm256_cvtps_epi32(_mm256_mul_ps(p.loadUnaligned(as: __m256.self), scale.inverse))
        let high = _mm256_cvtps_epi32(_mm256_mul_ps((p + 32).loadUnaligned(as: __m256.self), scale.inverse))
        let mixed = _mm256_packs_epi32(low, high)
        let bytes = _mm_packs_epi16(mixed.lowHalf, mixed.highHalf)
        // Packing works on halves of a vector: put the words in order.
        let mixedWords = unsafeBitCast(bytes, to: SIMD4<UInt32>.self)
        let words = SIMD4(mixedWords[0], mixedWords[2], mixedWords[1], mixedWords[3])
        for i in 0..<4 { to.storeBytes(of: words[i], toByteOffset: i &* stride, as: UInt32.self) }
        // Sums of eight bytes each, made unsigned by adding 128.
        let sums = _mm_sad_epu8(_mm_xor_si128(bytes, _mm_set1_epi8(-128)), _mm_setzero_si128())
        return Int32(truncatingIfNeeded: sums[0] &+ sums[1] &- 2048)
    }

    /// Per `B` columns and `n` tokens: `[B / 4][n][4]` int8, `[n]` scales, `[n]` −128·Σ.
    @inline(__always)
    func packInt8<let B: Int>(_ job: ActivationPacking, _: Columns<B>) {
        let blocks = job.destination.columns / B
        forEachToken(job) { row, panel, slot, n in
            var from = UnsafeRawPointer(row)
            var to = panel + slot &* 4
            for _ in 0..<blocks {
                let scale = BlockScale(from, count: B)
                let sum: Int32
                if B == 16 {
                    sum = quantize16(from, scale, to, stride: 4 &* n)
                } else {
                    let sums = quantize32(from, scale, to, stride: 4 &* n)
                    sum = sums.low &+ sums.high
                }
                to.storeBytes(of: scale.scale, toByteOffset: B &* n, as: Float.self)
                to.storeBytes(of: sum &* -128, toByteOffset: (B + 4) &* n, as: Int32.self)
                from += B * 4
                to += (B + 8) &* n
            }
        }
    }

    /// Per 256 columns and `n` tokens: `[64][n][4]` int8, `[n]` scales, `[n][8]` Σ per 32, `[16][n]` −32·Σ per 16.
    func packInt8Per256(_ job: ActivationPacking) {
        let blocks = job.destination.columns / 256
        forEachToken(job) { row, panel, slot, n in
            var from = UnsafeRawPointer(row)
            var block = panel
            for _ in 0..<blocks {
                let scale = BlockScale(from, count: 256)
                block.storeBytes(of: scale.scale, toByteOffset: 256 &* n &+ slot &* 4, as: Float.self)
                let pairSums = block + (260 &* n &+ slot &* 16)
                var to = block + slot &* 4
                var groupSums = block + (276 &* n &+ slot &* 4)
                for pair in 0..<8 {
                    let sums = quantize32(from, scale, to, stride: 4 &* n)
                    groupSums.storeBytes(of: sums.low &* -32, as: Int32.self)
                    groupSums.storeBytes(of: sums.high &* -32, toByteOffset: 4 &* n, as: Int32.self)
                    pairSums.storeBytes(
                        of: Int16(truncatingIfNeeded: sums.low &+ sums.high), toByteOffset: pair &* 2, as: Int16.self)
                    from += 128
                    to += 32 &* n
                    groupSums += 8 &* n
                }
                block += 340 &* n
            }
        }
    }
#endif
