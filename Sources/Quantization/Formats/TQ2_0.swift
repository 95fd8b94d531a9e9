/// 256 ternary weights: `w = d · (q − 1)`, q of 2 bits.
///
/// Bytes: 64 of q, byte m of the n-th 32 holding weights 128n + m, + 32, + 64, + 96 from the low bits up; d (half).
package enum TQ2_0: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 66

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 64)
        for j in 0..<256 {
            let code = unsafe block.byte(at: j / 128 * 32 + j % 32) &>> UInt8(j % 128 / 32 * 2) & 3
            unsafe weights[j] = Float(Int32(code) - 1) * d
        }
    }
}
