/// 256 weights in 8 groups of 32: `w = d · s · q − dmin · m`, q of 4 bits, s and m of 6 bits per group.
///
/// Bytes: d, dmin (half each); 12 of group scales (`GroupScales6`); 128 of q, the n-th 32 bytes holding group 2n in
/// their low and group 2n + 1 in their high halves.
package enum Q4_K: EncodableBlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 144

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let dmin = unsafe block.half(at: 2)
        for group in 0..<8 {
            let pair = unsafe GroupScales6.pair(group, in: block + 4)
            let scale = d * Float(pair.scale)
            let minimum = dmin * Float(pair.minimum)
            let codes = unsafe block + (16 + group / 2 * 32)
            let shift = UInt8(group % 2 * 4)
            let output = unsafe weights + group * 32
            for l in 0..<32 { unsafe output[l] = scale * Float(codes.byte(at: l) &>> shift & 15) - minimum }
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let best = unsafe AffineSuperblock<8>(.init(weights, highestCode: 15, greatestScale: 63))
        unsafe block.set(half: best.d, at: 0)
        unsafe block.set(half: best.dmin, at: 2)
        unsafe GroupScales6.store(scales: best.scales, minimums: best.minimums, to: block + 4)
        for j in 0..<128 {
            let first = j / 32 * 64 + j % 32
            unsafe block.set(byte: best.codes[first] | best.codes[first + 32] << 4, at: 16 + j)
        }
    }
}
