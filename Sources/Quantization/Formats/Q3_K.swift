/// 256 weights in 16 groups of 16: `w = d · (s − 32) · (q − 4)`, q of 3 bits, s of 6 bits per group.
///
/// Bytes: 32 of third bits (bit b of byte l belongs to weight 32b + l); 64 of low bits (byte l of the n-th 32 holds
/// weights 128n + l, + 32, + 64, + 96 from the low bits up); 12 of group scales; d (half).
package enum Q3_K: EncodableBlockFormat {
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

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = IntegerLevels(lowest: -4, highest: 3)
        let best = unsafe ScaleSuperblock<16>(.init(weights, lowestLevel: -4, lowestScale: -32), levels: levels)
        for l in 0..<32 {
            var highBits: UInt8 = 0
            for bit in 0..<8 { highBits |= (best.codes[bit * 32 + l] >> 2) << UInt8(bit) }
            unsafe block.set(byte: highBits, at: l)
        }
        for j in 0..<64 {
            let first = j / 32 * 128 + j % 32
            let low = best.codes[first] & 3 | (best.codes[first + 32] & 3) << 2
            let high = (best.codes[first + 64] & 3) << 4 | best.codes[first + 96] << 6
            unsafe block.set(byte: low | high, at: 32 + j)
        }
        unsafe storeScales(best.scales, to: block + 96)
        unsafe block.set(half: best.d, at: 108)
    }

    /// The inverse of `groupScale`.
    private static func storeScales(_ scales: InlineArray<16, Int8>, to bytes: UnsafeMutableRawPointer) {
        let codes = InlineArray<16, UInt8> { UInt8(bitPattern: scales[$0] &+ 32) }
        for j in 0..<8 { unsafe bytes.set(byte: codes[j] & 15 | codes[j + 8] << 4, at: j) }
        for j in 0..<4 {
            let low = codes[j] >> 4 | (codes[j + 4] >> 4) << 2
            let high = (codes[j + 8] >> 4) << 4 | (codes[j + 12] >> 4) << 6
            unsafe bytes.set(byte: low | high, at: 8 + j)
        }
    }
}
