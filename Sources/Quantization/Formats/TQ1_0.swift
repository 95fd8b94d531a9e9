/// 256 ternary weights: `w = d · (t − 1)`, five digits t of base 3 to a byte.
///
/// Bytes: 48 of five digits; 4 of four digits; d (half). A byte is ⌈256 · N / 243⌉ of the five-digit number N, so
/// that digit n is the integer part of `3 · frac(byte · 3ⁿ / 256)`, without a division. Digit n of a byte is the
/// n-th plane of its run: runs of 32, 16 and 4 bytes make planes of as many weights.
package enum TQ1_0: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 54

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 52)
        unsafe decodeRun(block, width: 32, digits: 5, scale: d, into: weights)
        unsafe decodeRun(block + 32, width: 16, digits: 5, scale: d, into: weights + 160)
        unsafe decodeRun(block + 48, width: 4, digits: 4, scale: d, into: weights + 240)
    }

    @inline(__always)
    private static func decodeRun(
        _ bytes: UnsafeRawPointer, width: Int, digits: Int, scale: Float, into weights: UnsafeMutablePointer<Float>
    ) {
        var power: UInt8 = 1
        for digit in 0..<digits {
            for m in 0..<width {
                let fraction = unsafe bytes.byte(at: m) &* power
                unsafe weights[digit * width + m] = Float(Int32((UInt16(fraction) &* 3) >> 8) - 1) * scale
            }
            power = power &* 3
        }
    }
}
