/// 256 weights in 16 groups of 16: `w = ± d · (s + ½) / 4 · grid[i]`, 2 entries of 8 levels and one s per group.
///
/// Bytes: d (half); 32 low bytes of the 10-bit indices; 32 of signs, one bit a weight; 8 of high bits, two per
/// index; 8 of group scales, two to a byte.
package enum IQ2_S: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 82

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let grid = CodebookGrid.iq2_s
        let d = unsafe block.half(at: 0)
        for entry in 0..<32 {
            let group = entry / 2
            let s = unsafe block.byte(at: 74 + group / 2) &>> UInt8(group % 2 * 4) & 15
            let scale = d * (0.5 + Float(s)) * 0.25
            let high = unsafe Int(block.byte(at: 66 + entry / 4) &>> UInt8(entry % 4 * 2) & 3)
            unsafe grid.write(
                Int(block.byte(at: 2 + entry)) | high << 8, count: 8, signs: block.byte(at: 34 + entry), scale: scale,
                to: weights + entry * 8)
        }
    }
}
