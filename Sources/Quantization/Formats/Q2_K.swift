/// 256 weights in 16 groups of 16: `w = d · s · q − dmin · m`, q of 2 bits, s and m of 4 bits per group.
///
/// Bytes: 16 of group scales (s low, m high half); 64 of q; d, dmin (half each). Byte l of the n-th 32 bytes of q
/// holds weights 128n + l, + 32, + 64, + 96 from the low bits up.
package enum Q2_K: EncodableBlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 84

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 80)
        let dmin = unsafe block.half(at: 82)
        for group in 0..<16 {
            let packed = unsafe block.byte(at: group)
            let scale = d * Float(packed & 15)
            let minimum = dmin * Float(packed >> 4)
            let codes = unsafe block + (16 + group / 8 * 32 + group % 2 * 16)
            let shift = UInt8(group % 8 / 2 * 2)
            let output = unsafe weights + group * 16
            for l in 0..<16 { unsafe output[l] = scale * Float(codes.byte(at: l) &>> shift & 3) - minimum }
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let best = unsafe AffineSuperblock<16>(.init(weights, highestCode: 3, greatestScale: 15))
        for group in 0..<16 {
            unsafe block.set(byte: best.scales[group] | best.minimums[group] << 4, at: group)
        }
        for j in 0..<64 {
            let first = j / 32 * 128 + j % 32
            let low = best.codes[first] | best.codes[first + 32] << 2
            let high = best.codes[first + 64] << 4 | best.codes[first + 96] << 6
            unsafe block.set(byte: low | high, at: 16 + j)
        }
        unsafe block.set(half: best.d, at: 80)
        unsafe block.set(half: best.dmin, at: 82)
    }
}
