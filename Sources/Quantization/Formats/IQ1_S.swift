/// 256 weights in 8 groups of 32: `w = d · (2s + 1) · (grid[i] ± ⅛)`, 4 entries of 8 levels −1, 0, 1, one s and one
/// sign per group.
///
/// Bytes: d (half); 32 low bytes of the 11-bit indices; 8 words of 16 bits, one per group: four times 3 high bits, s
/// of 3 bits, the sign (set: minus).
package enum IQ1_S: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 50

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for group in 0..<8 {
            let word = unsafe block.word16(at: 34 + group * 2)
            let scale = d * Float(2 * (word >> 12 & 7) + 1)
            let offset: Float = word & 0x8000 != 0 ? -0.125 : 0.125
            for l in 0..<4 {
                let high = Int(word &>> UInt16(3 * l) & 7)
                unsafe write(
                    Int(block.byte(at: 2 + group * 4 + l)) | high << 8, offset: offset, scale: scale,
                    to: weights + (group * 32 + l * 8))
            }
        }
    }

    /// Writes the eight weights of an entry: `scale · (level + offset)`. IQ1_M shares the grid.
    @inline(__always)
    static func write(_ index: Int, offset: Float, scale: Float, to weights: UnsafeMutablePointer<Float>) {
        let entry = CodebookGrid.iq1.entries[index]
        for j in 0..<8 {
            let level = Int8(truncatingIfNeeded: entry &>> UInt64(8 * j))
            unsafe weights[j] = scale * (Float(level) + offset)
        }
    }
}
