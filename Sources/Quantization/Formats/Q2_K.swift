/// 256 weights in 16 groups of 16: `w = d · s · q − dmin · m`, q of 2 bits, s and m of 4 bits per group.
///
/// Bytes: 16 of group scales (s low, m high half); 64 of q; d, dmin (half each). Byte l of the n-th 32 bytes of q
/// holds weights 128n + l, + 32, + 64, + 96 from the low bits up.
package enum Q2_K: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 84

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 80)
        let dmin = unsafe block.half(at: 82)
        for group in 0..<16 {
            let packed = unsafe block.byte(at: group)
            let scale = d * Float(packed & 15)
            let minimum = dmin * Float(packed >> 4)
            let codes = unsafe block + (16 + group / 8 * 32 + group % 2 * 16)
            let shift = UInt8(group % 8 / 2 * 2)
            let output = unsafe weights + group * 16
            for l in 0..<16 { unsafe output[l] = scale * Float(codes.byte(at: l) &>> shift & 3) - minimum }
        }
    }
}
