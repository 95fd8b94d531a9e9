#if arch(x86_64)
    import Intrinsics
    import Quantization

    /// The scale of a block, `max|x| / 127`, and its reciprocal.
    ///
    /// The maximum is taken of bit patterns, where NaN is above infinity, so that neither is lost. Below 2⁻¹¹⁰
    /// the reciprocal would overflow; such values become zero.
    private struct BlockScale {
        let scale: Float
        let inverse: __m512

        @inline(__always)
        init(_ from: UnsafeRawPointer, count: Int) {
            let magnitude = _mm512_set1_epi32(0x7FFF_FFFF)
            var largest = _mm512_and_si512(load512(from), magnitude)
            for i in 1..<count / 16 {
                largest = _mm512_max_epi32(largest, _mm512_and_si512(load512(from + i &* 64), magnitude))
            }
            let maximum = Float(bitPattern: UInt32(bitPattern: _mm512_reduce_max_epi32(largest)))
            scale = maximum / 127
            inverse = _mm512_set1_ps(maximum < 0x1p-110 ? 0 : 127 / maximum)
        }
    }

    /// Stores sixteen integers as four words of bytes, `stride` bytes apart.
    @inline(__always)
    private func storeWords(_ q: __m512i, _ to: UnsafeMutableRawPointer, stride: Int) {
        let bytes = _mm512_cvtsepi32_epi8(q)
        if stride == 4 {
            to.storeBytes(of: bytes, as: __m128i.self)
        } else {
            let words = unsafeBitCast(bytes, to: SIMD4<UInt32>.self)
            for i in 0..<4 { to.storeBytes(of: words[i], toByteOffset: i &* stride, as: UInt32.self) }
        }
    }

    /// Quantises sixteen values into four words at `to`, `stride` bytes apart, and returns them as integers.
    @inline(__always)
    private func quantize16(
        _ from: UnsafeRawPointer, _ scale: BlockScale, _ to: UnsafeMutableRawPointer, stride: Int
    ) -> __m512i {
        let q = _mm512_cvtps_epi32(_mm512_mul_ps(from.loadUnaligned(as: __m512.self), scale.inverse))
        storeWords(q, to, stride: stride)
        return q
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
                var sums = _mm512_setzero_si512()
                for i in 0..<B / 16 {
                    sums = _mm512_add_epi32(
                        sums, quantize16(from + i &* 64, scale, to + i &* 16 &* n, stride: 4 &* n))
                }
                to.storeBytes(of: scale.scale, toByteOffset: B &* n, as: Float.self)
                to.storeBytes(of: _mm512_reduce_add_epi32(sums) &* -128, toByteOffset: (B + 4) &* n, as: Int32.self)
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
                var sums = block + (276 &* n &+ slot &* 4)
                for pair in 0..<8 {
                    let lowSum = _mm512_reduce_add_epi32(quantize16(from, scale, to, stride: 4 &* n))
                    let highSum = _mm512_reduce_add_epi32(
                        quantize16(from + 64, scale, to + 16 &* n, stride: 4 &* n))
                    sums.storeBytes(of: lowSum &* -32, as: Int32.self)
                    sums.storeBytes(of: highSum &* -32, toByteOffset: 4 &* n, as: Int32.self)
                    pairSums.storeBytes(
                        of: Int16(truncatingIfNeeded: lowSum &+ highSum), toByteOffset: pair * 2, as: Int16.self)
                    from += 128
                    to += 32 &* n
                    sums += 8 &* n
                }
                block += 340 &* n
            }
        }
    }

    /// Per pair of columns: `[n][2]` bfloat16, rounded to the nearest, ties to even. Subnormals become zero, as
    /// the dot product takes them anyway.
    func packBFloat16(_ job: ActivationPacking) {
        let columns = job.destination.columns
        forEachToken(job) { row, panel, slot, n in
            var column = 0
            while column < columns {
                let count = min(16, columns &- column)
                let mask = __mmask16(truncatingIfNeeded: (1 << count) &- 1)
                let values = _mm512_maskz_loadu_ps(mask, row + column)
                let pairs = unsafeBitCast(isa_cvtne_bf16(values), to: SIMD8<UInt32>.self)
                let to = panel + (column / 2 &* n &+ slot) &* 4
                for i in 0..<(count &+ 1) / 2 {
                    to.storeBytes(of: pairs[i], toByteOffset: i &* n &* 4, as: UInt32.self)
                }
                column &+= 16
            }
        }
    }
#endif
