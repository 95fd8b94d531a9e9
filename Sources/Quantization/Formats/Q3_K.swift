/// 256 weights in 16 groups of 16: `w = d · (s − 32) · (q − 4)`, q of 3 bits, s of 6 bits per group.
///
/// Bytes: 32 of third bits (bit b of byte l belongs to weight 32b + l); 64 of low bits (byte l of the n-th 32 holds
/// weights 128n + l, + 32, + 64, + 96 from the low bits up); 12 of group scales; d (half).
package enum Q3_K: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 110

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 108)
        for group in 0..<16 {
            let scale = unsafe d * Float(Int32(groupScale(group, in: block + 96)) - 32)
            let low = unsafe block + (32 + group / 8 * 32 + group % 2 * 16)
            let high = unsafe block + group % 2 * 16
            let shift = UInt8(group % 8 / 2 * 2)
            let bit = UInt8(group / 2)
            let output = unsafe weights + group * 16
            for l in 0..<16 {
                let code = unsafe low.byte(at: l) &>> shift & 3 | (high.byte(at: l) &>> bit & 1) << 2
                unsafe output[l] = scale * Float(Int32(code) - 4)
            }
        }
    }

    /// The 6-bit scale of a group: four low bits in the halves of bytes 0 to 7, two high bits in bytes 8 to 11.
    @inline(__always)
    private static func groupScale(_ group: Int, in bytes: UnsafeRawPointer) -> UInt8 {
        let low = unsafe bytes.byte(at: group % 8) &>> UInt8(group / 8 * 4) & 15
        let high = unsafe bytes.byte(at: 8 + group % 4) &>> UInt8(group / 4 * 2) & 3
        return low | high << 4
    }
}
