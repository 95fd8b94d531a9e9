/// 256 weights in 8 groups of 32: `w = ± d · (2s + 1) · grid[i]`, 8 entries of 4 levels and one s per group.
///
/// Bytes: d (half); 64 low bytes of the 9-bit indices; 8 of ninth bits, bit l of byte g for index l of group g;
/// 32 of signs, one bit a weight; 4 of group scales, two to a byte.
package enum IQ3_S: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 110

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let grid = CodebookGrid.iq3_s
        let d = unsafe block.half(at: 0)
        for group in 0..<8 {
            let s = unsafe block.byte(at: 106 + group / 2) &>> UInt8(group % 2 * 4) & 15
            let scale = d * Float(1 + 2 * Int32(s))
            let high = unsafe block.byte(at: 66 + group)
            for l in 0..<8 {
                let index = unsafe Int(block.byte(at: 2 + group * 8 + l)) | Int(high &>> UInt8(l) & 1) << 8
                let signs = unsafe block.byte(at: 74 + group * 4 + l / 2) &>> UInt8(l % 2 * 4)
                unsafe grid.write(
                    index, count: 4, signs: signs, scale: scale, to: weights + (group * 32 + l * 4))
            }
        }
    }
}
