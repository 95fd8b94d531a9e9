/// 256 weights in 8 groups of 32: `w = ± d · (s + ½) / 4 · grid[i]`, 4 entries of 8 levels and one s per group.
///
/// Bytes: d (half); 8 per group: four indices of a byte, then a word of four times 7 sign bits (the eighth makes
/// the number of minuses even) and s in its top 4 bits.
package enum IQ2_XXS: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 66

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let grid = CodebookGrid.iq2_xxs
        let d = unsafe block.half(at: 0)
        for group in 0..<8 {
            let indices = unsafe block + (2 + group * 8)
            let signs = unsafe indices.word32(at: 4)
            let scale = d * (0.5 + Float(signs >> 28)) * 0.25
            for l in 0..<4 {
                unsafe grid.write(
                    Int(indices.byte(at: l)), count: 8, signs: CodebookGrid.evenSigns(signs &>> UInt32(7 * l)),
                    scale: scale, to: weights + (group * 32 + l * 8))
            }
        }
    }
}
