/// 256 weights in 8 groups of 32: `w = d · s · q − dmin · m`, q of 5 bits, s and m of 6 bits per group.
///
/// Bytes: d, dmin (half each); 12 of group scales (`GroupScales6`); 32 of fifth bits (bit g of byte l belongs to
/// weight l of group g); 128 of low bits, the n-th 32 bytes holding group 2n in their low and group 2n + 1 in their
/// high halves.
package enum Q5_K: EncodableBlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 176

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let dmin = unsafe block.half(at: 2)
        for group in 0..<8 {
            let pair = unsafe GroupScales6.pair(group, in: block + 4)
            let scale = d * Float(pair.scale)
            let minimum = dmin * Float(pair.minimum)
            let low = unsafe block + (48 + group / 2 * 32)
            let high = unsafe block + 16
            let shift = UInt8(group % 2 * 4)
            let output = unsafe weights + group * 32
            for l in 0..<32 {
                let code = unsafe low.byte(at: l) &>> shift & 15 | (high.byte(at: l) &>> UInt8(group) & 1) << 4
                unsafe output[l] = scale * Float(code) - minimum
            }
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let best = unsafe AffineSuperblock<8>(.init(weights, highestCode: 31, greatestScale: 63))
        unsafe block.set(half: best.d, at: 0)
        unsafe block.set(half: best.dmin, at: 2)
        unsafe GroupScales6.store(scales: best.scales, minimums: best.minimums, to: block + 4)
        for l in 0..<32 {
            var fifthBits: UInt8 = 0
            for group in 0..<8 { fifthBits |= (best.codes[group * 32 + l] >> 4) << UInt8(group) }
            unsafe block.set(byte: fifthBits, at: 16 + l)
        }
        for j in 0..<128 {
            let first = j / 32 * 64 + j % 32
            unsafe block.set(byte: best.codes[first] & 15 | best.codes[first + 32] << 4, at: 48 + j)
        }
    }
}
