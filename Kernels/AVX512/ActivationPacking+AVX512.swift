#if arch(x86_64)
    import Intrinsics
    import Quantization

    /// Runs `body` for every token of a packing job with the token's row, its panel's first byte, its place in
    /// the panel and the tokens that the panel interleaves.
    @inline(__always)
    private func forEachToken(
        _ job: ActivationPacking,
        _ body: (_ row: UnsafeRawPointer, _ panel: UnsafeMutableRawPointer, _ slot: Int, _ interleave: Int) -> Void
    ) {
        let destination = job.destination
        let bytesPerToken = destination.format.bytesPerToken(columns: destination.columns)
        var first = job.tokens.lowerBound
        while first < job.tokens.upperBound {
            let count = min(destination.tokenTile, job.tokens.upperBound - first)
            let panel = destination.base + first * bytesPerToken
            for slot in 0..<count {
                body(UnsafeRawPointer(job.source + (first + slot) * job.sourceStride), panel, slot, count)
            }
            first += count
        }
    }

    /// The scale of a block, `max|x| / 127`, and its reciprocal.
    ///
    /// The maximum is taken of bit patterns, where NaN is above infinity, so that neither is lost. Below 2⁻¹¹⁰
    /// the reciprocal would overflow; such values become zero.
    private struct BlockScale {
        let scale: Float
        let inverse: __m512

        @inline(__always)
        init(largestBits: __m512i) {
            let maximum = Float(bitPattern: UInt32(bitPattern: _mm512_reduce_max_epi32(largestBits)))
            scale = maximum / 127
            inverse = _mm512_set1_ps(maximum < 0x1p-110 ? 0 : 127 / maximum)
        }
    }

    /// Bit patterns of sixteen magnitudes.
    @inline(__always)
    private func magnitudes(_ x: __m512i) -> __m512i { _mm512_and_si512(x, _mm512_set1_epi32(0x7FFF_FFFF)) }

    /// Rounds sixteen values to integers, to the nearest, ties to even.
    @inline(__always)
    private func quantize(_ x: __m512i, _ scale: BlockScale) -> __m512i {
        _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_castsi512_ps(x), scale.inverse))
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

    /// Per 16 columns and `n` tokens: `[4][n][4]` int8, `[n]` scales, `[n]` −128·Σ.
    func packInt8Per16(_ job: ActivationPacking) {
        let blocks = job.destination.columns / 16
        forEachToken(job) { row, panel, slot, n in
            var from = row
            var to = panel + slot &* 4
            for _ in 0..<blocks {
                let values = load512(from)
                let scale = BlockScale(largestBits: magnitudes(values))
                let q = quantize(values, scale)
                storeWords(q, to, stride: 4 &* n)
                to.storeBytes(of: scale.scale, toByteOffset: 16 &* n, as: Float.self)
                to.storeBytes(of: _mm512_reduce_add_epi32(q) &* -128, toByteOffset: 20 &* n, as: Int32.self)
                from += 64
                to += 24 &* n
            }
        }
    }

    /// Per 32 columns and `n` tokens: `[8][n][4]` int8, `[n]` scales, `[n]` −128·Σ.
    func packInt8Per32(_ job: ActivationPacking) {
        let blocks = job.destination.columns / 32
        forEachToken(job) { row, panel, slot, n in
            var from = row
            var to = panel + slot &* 4
            for _ in 0..<blocks {
                let low = load512(from)
                let high = load512(from + 64)
                let scale = BlockScale(largestBits: _mm512_max_epi32(magnitudes(low), magnitudes(high)))
                let qLow = quantize(low, scale)
                let qHigh = quantize(high, scale)
                storeWords(qLow, to, stride: 4 &* n)
                storeWords(qHigh, to + 16 &* n, stride: 4 &* n)
                to.storeBytes(of: scale.scale, toByteOffset: 32 &* n, as: Float.self)
                let sum = _mm512_reduce_add_epi32(_mm512_add_epi32(qLow, qHigh))
                to.storeBytes(of: sum &* -128, toByteOffset: 36 &* n, as: Int32.self)
                from += 128
                to += 40 &* n
            }
        }
    }

    /// Per 256 columns and `n` tokens: `[64][n][4]` int8, `[n]` scales, `[n][8]` Σ per 32, `[16][n]` −32·Σ per 16.
    func packInt8Per256(_ job: ActivationPacking) {
        let blocks = job.destination.columns / 256
        forEachToken(job) { row, panel, slot, n in
            var from = row
            var block = panel
            for _ in 0..<blocks {
                var largest = magnitudes(load512(from))
                for i in 1..<16 { largest = _mm512_max_epi32(largest, magnitudes(load512(from + i * 64))) }
                let scale = BlockScale(largestBits: largest)
                block.storeBytes(of: scale.scale, toByteOffset: 256 &* n &+ slot &* 4, as: Float.self)
                let pairSums = block + (260 &* n &+ slot &* 16)
                var to = block + slot &* 4
                var sums = block + (276 &* n &+ slot &* 4)
                for pair in 0..<8 {
                    let low = quantize(load512(from), scale)
                    let high = quantize(load512(from + 64), scale)
                    storeWords(low, to, stride: 4 &* n)
                    storeWords(high, to + 16 &* n, stride: 4 &* n)
                    let lowSum = _mm512_reduce_add_epi32(low)
                    let highSum = _mm512_reduce_add_epi32(high)
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

    /// Per column: `[n]` float32.
    func packFloat32(_ job: ActivationPacking) {
        let columns = job.destination.columns
        forEachToken(job) { row, panel, slot, n in
            if n == 1 {
                panel.copyMemory(from: row, byteCount: columns &* 4)
                return
            }
            let to = panel + slot &* 4
            for column in 0..<columns {
                let value = row.loadUnaligned(fromByteOffset: column &* 4, as: UInt32.self)
                to.storeBytes(of: value, toByteOffset: column &* 4 &* n, as: UInt32.self)
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
                let values = _mm512_maskz_loadu_ps(mask, row + column &* 4)
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
