/// 256 weights in 16 groups of 16: `w = d · s · (q − 32)`, q of 6 bits, s a signed byte per group.
///
/// Bytes: 128 of low halves; 64 of high bit pairs; 16 of group scales; d (half). Weight 128n + 32k + l (k < 4) has
/// its low half in byte 64n + 32(k mod 2) + l, the high half of it if k > 1, and its high bits in byte 32n + l at
/// bit 2k.
package enum Q6_K: EncodableBlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 210

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 208)
        for group in 0..<16 {
            let scale = unsafe d * Float(block.signedByte(at: 192 + group))
            let half = group / 8
            let quarter = group % 8 / 2
            let low = unsafe block + (half * 64 + quarter % 2 * 32 + group % 2 * 16)
            let high = unsafe block + (128 + half * 32 + group % 2 * 16)
            let lowShift = UInt8(quarter / 2 * 4)
            let highShift = UInt8(quarter * 2)
            let output = unsafe weights + group * 16
            for l in 0..<16 {
                let code = unsafe low.byte(at: l) &>> lowShift & 15 | (high.byte(at: l) &>> highShift & 3) << 4
                unsafe output[l] = scale * Float(Int32(code) - 32)
            }
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = IntegerLevels(lowest: -32, highest: 31)
        let best = unsafe ScaleSuperblock<16>(.init(weights, lowestLevel: -32, lowestScale: -128), levels: levels)
        for half in 0..<2 {
            for l in 0..<32 {
                let first = half * 128 + l
                let codes = InlineArray<4, UInt8> { best.codes[first + $0 * 32] }
                unsafe block.set(byte: codes[0] & 15 | codes[2] << 4, at: half * 64 + l)
                unsafe block.set(byte: codes[1] & 15 | codes[3] << 4, at: half * 64 + 32 + l)
                let low = codes[0] >> 4 | (codes[1] >> 4) << 2
                let high = (codes[2] >> 4) << 4 | (codes[3] >> 4) << 6
                unsafe block.set(byte: low | high, at: 128 + half * 32 + l)
            }
        }
        for group in 0..<16 { unsafe block.set(byte: UInt8(bitPattern: best.scales[group]), at: 192 + group) }
        unsafe block.set(half: best.d, at: 208)
    }
}
