/// 256 weights in 8 groups of 32: `w = d · (s − 32) · codebook[q]`, q of 4 bits, s of 6 bits per group.
///
/// Bytes: d (half); the two high bits of each s (16 bits); 4 of low halves of s; 16 per group of q as in IQ4_NL,
/// whose codebook this is.
package enum IQ4_XS: EncodableBlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 136

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let high = unsafe block.word16(at: 2)
        for group in 0..<8 {
            let low = unsafe block.byte(at: 4 + group / 2) &>> UInt8(group % 2 * 4) & 15
            let code = Int32(low) | Int32(high &>> UInt16(group * 2) & 3) << 4
            unsafe IQ4_NL.decode(block + (8 + group * 16), scale: d * Float(code - 32), into: weights + group * 32)
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let best = unsafe ScaleSuperblock<8>(
            .init(weights, lowestLevel: -127, lowestScale: -32), levels: IQ4_NL.levels)
        let scales = InlineArray<8, UInt8> { UInt8(bitPattern: best.scales[$0] &+ 32) }
        var highBits: UInt16 = 0
        for group in 0..<8 { highBits |= UInt16(scales[group] >> 4) << UInt16(group * 2) }
        unsafe block.set(half: best.d, at: 0)
        unsafe block.set(word16: highBits, at: 2)
        for j in 0..<4 { unsafe block.set(byte: scales[j * 2] & 15 | scales[j * 2 + 1] << 4, at: 4 + j) }
        for j in 0..<128 {
            let first = j / 16 * 32 + j % 16
            unsafe block.set(byte: best.codes[first] | best.codes[first + 16] << 4, at: 8 + j)
        }
    }
}
