import Quantization

/// Rounds to the nearest, ties to even; NaN becomes quiet.
func packBFloat16(_ job: ActivationPacking) {
    @inline(__always)
    func bits(_ value: Float) -> UInt32 {
        let pattern = value.bitPattern
        if pattern & 0x7FFF_FFFF > 0x7F80_0000 { return pattern >> 16 | 64 }
        return (pattern &+ (0x7FFF &+ ((pattern >> 16) & 1))) >> 16
    }
    let columns = job.destination.columns
    forEachToken(job) { row, panel, slot, interleave in
        let to = panel.assumingMemoryBound(to: UInt32.self) + slot
        for pair in 0..<columns / 2 {
            to[pair &* interleave] = bits(row[2 &* pair]) | bits(row[2 &* pair &+ 1]) << 16
        }
        if columns & 1 == 1 { to[columns / 2 * interleave] = bits(row[columns - 1]) }
    }
}

/// The scale of one block of activations and its reciprocal.
///
/// `scale = max|x| / 127`. The maximum is taken of bit patterns, where NaN is above infinity, so that neither
/// is lost. Below 2⁻¹¹⁰ the reciprocal would overflow; such values become zero.
private struct BlockScale {
    let scale: Float
    let inverse: Float

    @inline(__always)
    init(_ row: UnsafePointer<Float>, count: Int) {
        var largest = SIMD16<Int32>.zero
        for i in 0..<count / 16 {
            let bits = UnsafeRawPointer(row + i &* 16).loadUnaligned(as: SIMD16<Int32>.self) & 0x7FFF_FFFF
            largest = largest.replacing(with: bits, where: bits .> largest)
        }
        let maximum = Float(bitPattern: UInt32(bitPattern: largest.max()))
        scale = maximum / 127
        inverse = maximum < 0x1p-110 ? 0 : 127 / maximum
    }
}

/// Quantises sixteen values into four words at `to`, `stride` bytes apart, and returns their sum.
///
/// Adding 1.5 · 2²³ rounds to the nearest, ties to even, and leaves the integer in the low bits.
@inline(__always)
private func quantize16(
    _ row: UnsafePointer<Float>, _ inverse: Float, _ to: UnsafeMutableRawPointer, stride: Int
) -> Int32 {
    let x = UnsafeRawPointer(row).loadUnaligned(as: SIMD16<Float>.self)
    let rounded = unsafeBitCast(x * inverse + 0x1.8p23, to: SIMD16<Int32>.self)
    let lanes = unsafeBitCast(rounded & 0xFF, to: SIMD8<UInt64>.self)
    let pairs = lanes | (lanes &>> 24)
    for word in 0..<4 {
        let value =
            UInt32(truncatingIfNeeded: pairs[2 &* word] & 0xFFFF)
            | UInt32(truncatingIfNeeded: pairs[2 &* word &+ 1]) << 16
        to.storeBytes(of: value, toByteOffset: word &* stride, as: UInt32.self)
    }
    return (rounded &- 0x4B40_0000).wrappedSum()
}

/// Per `B` columns and `n` tokens: `[B / 4][n][4]` int8, `[n]` scales, `[n]` −128·Σ.
@inline(__always)
func packInt8<let B: Int>(_ job: ActivationPacking, _: Columns<B>) {
    forEachToken(job) { row, panel, slot, n in
        for block in 0..<job.destination.columns / B {
            let from = row + block &* B
            let to = panel + (block &* (B + 8) &* n &+ slot &* 4)
            let scale = BlockScale(from, count: B)
            var sum: Int32 = 0
            for i in 0..<B / 16 {
                sum &+= quantize16(from + i &* 16, scale.inverse, to + i &* 16 &* n, stride: 4 &* n)
            }
            to.storeBytes(of: scale.scale, toByteOffset: B &* n, as: Float.self)
            to.storeBytes(of: sum &* -128, toByteOffset: (B + 4) &* n, as: Int32.self)
        }
    }
}

/// Per 256 columns and `n` tokens: `[64][n][4]` int8, `[n]` scales, `[n][8]` Σ per 32, `[16][n]` −32·Σ per 16.
func packInt8Per256(_ job: ActivationPacking) {
    forEachToken(job) { row, panel, slot, n in
        for block in 0..<job.destination.columns / 256 {
            let from = row + block &* 256
            let to = panel + block &* 340 &* n
            let scale = BlockScale(from, count: 256)
            to.storeBytes(of: scale.scale, toByteOffset: 256 &* n &+ slot &* 4, as: Float.self)
            for pair in 0..<8 {
                let values = to + (pair &* 32 &* n &+ slot &* 4)
                let low = quantize16(from + pair &* 32, scale.inverse, values, stride: 4 &* n)
                let high = quantize16(from + (pair &* 32 &+ 16), scale.inverse, values + 16 &* n, stride: 4 &* n)
                to.storeBytes(
                    of: Int16(truncatingIfNeeded: low &+ high), toByteOffset: 260 &* n &+ slot &* 16 &+ pair &* 2,
                    as: Int16.self)
                let sums = to + (276 &* n &+ pair &* 8 &* n &+ slot &* 4)
                sums.storeBytes(of: low &* -32, as: Int32.self)
                sums.storeBytes(of: high &* -32, toByteOffset: 4 &* n, as: Int32.self)
            }
        }
    }
}
