/// 128 weights, one scale: `w = ±d`, a set bit meaning plus.
///
/// Bytes: d (half); 16 of bits, weight j at bit j mod 8 of byte j / 8.
package enum Q1_0: BlockFormat {
    package static let weightsPerBlock = 128
    package static let bytesPerBlock = 18

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<128 {
            let bit = unsafe block.byte(at: 2 + j / 8) &>> UInt8(j % 8) & 1
            unsafe weights[j] = bit == 1 ? d : -d
        }
    }
}
