internal import Tensors

/// 256 weights in 16 groups of 16: `w = d · (2s + 1) · (grid[i] ± ⅛)`, 2 entries of 8 levels −1, 0, 1 and one s per
/// group, one sign per entry.
///
/// Bytes: 32 low bytes of the 11-bit indices; 16 of two times 3 high bits and a sign (set: minus); 4 words of 16
/// bits, each four times s of 3 bits and, at the top, 4 bits of d (half), lowest first.
package enum IQ1_M: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 56

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe blockScale(block + 48)
        for entry in 0..<32 {
            let group = entry / 2
            let word = unsafe block.word16(at: 48 + group / 4 * 2)
            let scale = d * Float(2 * (word &>> UInt16(group % 4 * 3) & 7) + 1)
            let high = unsafe block.byte(at: 32 + entry / 2) &>> UInt8(entry % 2 * 4) & 15
            unsafe IQ1_S.write(
                Int(block.byte(at: entry)) | Int(high & 7) << 8, offset: high & 8 != 0 ? -0.125 : 0.125,
                scale: scale, to: weights + entry * 8)
        }
    }

    /// d, whose bits are the top four of each word.
    private static func blockScale(_ words: UnsafeRawPointer) -> Float {
        var bits: UInt16 = 0
        for word in 0..<4 { bits |= unsafe (words.word16(at: word * 2) >> 12) << UInt16(word * 4) }
        return Half.float(bits)
    }
}
