/// 32 weights, one scale: `w = d · (q − 8)`, q of 4 bits.
///
/// Bytes: d (half); 16 bytes of q, byte j holding weight j in its low and weight j + 16 in its high half.
package enum Q4_0: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 18

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<16 {
            let byte = unsafe block.byte(at: 2 + j)
            unsafe weights[j] = Float(Int32(byte & 15) - 8) * d
            unsafe weights[j + 16] = Float(Int32(byte >> 4) - 8) * d
        }
    }
}
