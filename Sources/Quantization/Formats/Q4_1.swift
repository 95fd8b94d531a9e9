/// 32 weights, a scale and an offset: `w = d · q + m`, q of 4 bits.
///
/// Bytes: d, m (half each); 16 bytes of q, byte j holding weight j in its low and weight j + 16 in its high half.
package enum Q4_1: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 20

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let m = unsafe block.half(at: 2)
        for j in 0..<16 {
            let byte = unsafe block.byte(at: 4 + j)
            unsafe weights[j] = Float(Int32(byte & 15)) * d + m
            unsafe weights[j + 16] = Float(Int32(byte >> 4)) * d + m
        }
    }
}
