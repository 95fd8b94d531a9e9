/// 32 weights, one scale: `w = d · (q − 16)`, q of 5 bits.
///
/// Bytes: d (half); the fifth bits of weights 0 to 31 (32 bits); 16 bytes of low halves, byte j holding weight j
/// and weight j + 16.
package enum Q5_0: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 22

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let high = unsafe block.word32(at: 2)
        for j in 0..<16 {
            let byte = unsafe UInt32(block.byte(at: 6 + j))
            let low = byte & 15 | (high &>> UInt32(j) & 1) << 4
            let upper = byte >> 4 | (high &>> UInt32(j + 16) & 1) << 4
            unsafe weights[j] = Float(Int32(low) - 16) * d
            unsafe weights[j + 16] = Float(Int32(upper) - 16) * d
        }
    }
}
