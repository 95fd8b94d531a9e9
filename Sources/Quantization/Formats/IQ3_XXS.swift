/// 256 weights in 8 groups of 32: `w = ± d · (s + ½) / 2 · grid[i]`, 8 entries of 4 levels and one s per group.
///
/// Bytes: d (half); 64 indices; 8 words of 32 bits, one per group: four times 7 sign bits (the eighth of 8 weights
/// makes the number of minuses even) and s in the top 4 bits.
package enum IQ3_XXS: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 98

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let grid = CodebookGrid.iq3_xxs
        let d = unsafe block.half(at: 0)
        for group in 0..<8 {
            let word = unsafe block.word32(at: 66 + group * 4)
            let scale = d * (0.5 + Float(word >> 28)) * 0.5
            for l in 0..<8 {
                let signs = CodebookGrid.evenSigns(word &>> UInt32(l / 2 * 7)) &>> UInt8(l % 2 * 4)
                unsafe grid.write(
                    Int(block.byte(at: 2 + group * 8 + l)), count: 4, signs: signs, scale: scale,
                    to: weights + (group * 32 + l * 4))
            }
        }
    }
}
