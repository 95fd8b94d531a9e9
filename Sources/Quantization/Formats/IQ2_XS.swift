/// 256 weights in 16 groups of 16: `w = ± d · (s + ½) / 4 · grid[i]`, 2 entries of 8 levels and one s per group.
///
/// Bytes: d (half); 32 words of 16 bits, each an index of 9 bits and 7 sign bits (the eighth makes the number of
/// minuses even); 8 of group scales, two to a byte.
package enum IQ2_XS: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 74

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let grid = CodebookGrid.iq2_xs
        let d = unsafe block.half(at: 0)
        for entry in 0..<32 {
            let group = entry / 2
            let s = unsafe block.byte(at: 66 + group / 2) &>> UInt8(group % 2 * 4) & 15
            let scale = d * (0.5 + Float(s)) * 0.25
            let word = unsafe block.word16(at: 2 + entry * 2)
            unsafe grid.write(
                Int(word & 511), count: 8, signs: CodebookGrid.evenSigns(UInt32(word >> 9)), scale: scale,
                to: weights + entry * 8)
        }
    }
}
