/// 64 weights, one scale: `w = d · (q − 1)`, q of 2 bits.
///
/// Bytes: d (half); 16 of q, weight j at bits 2(j mod 4) of byte j / 4.
package enum Q2_0: BlockFormat {
    package static let weightsPerBlock = 64
    package static let bytesPerBlock = 18

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<64 {
            let code = unsafe block.byte(at: 2 + j / 4) &>> UInt8(j % 4 * 2) & 3
            unsafe weights[j] = Float(Int32(code) - 1) * d
        }
    }
}
