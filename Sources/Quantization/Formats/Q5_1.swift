internal import Tensors

/// 32 weights, a scale and an offset: `w = d · q + m`, q of 5 bits.
///
/// Bytes: d, m (half each); the fifth bits of weights 0 to 31 (32 bits); 16 bytes of low halves, byte j holding
/// weight j and weight j + 16.
package enum Q5_1: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 24

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let m = unsafe block.half(at: 2)
        let high = unsafe block.word32(at: 4)
        for j in 0..<16 {
            let byte = unsafe UInt32(block.byte(at: 8 + j))
            let low = byte & 15 | (high &>> UInt32(j) & 1) << 4
            let upper = byte >> 4 | (high &>> UInt32(j + 16) & 1) << 4
            unsafe weights[j] = Float(Int32(low)) * d + m
            unsafe weights[j + 16] = Float(Int32(upper)) * d + m
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let weights = unsafe SearchableWeights<32>(weights, limit: Half.largest)
        let levels = IntegerLevels(lowest: 0, highest: 31)
        let best = AffineSearch(highestCode: 31, minimumIsNegative: false).best(weights, 0..<32)
        let d = Half.rounded(best.scale)
        let m = Half.rounded(best.minimum)
        let inverse = d == 0 ? 0 : 1 / d
        unsafe block.set(half: d, at: 0)
        unsafe block.set(half: m, at: 2)
        var fifthBits: UInt32 = 0
        for j in 0..<16 {
            let low = levels.code((weights[j] - m) * inverse)
            let high = levels.code((weights[j + 16] - m) * inverse)
            fifthBits |= UInt32(low >> 4) << UInt32(j) | UInt32(high >> 4) << UInt32(j + 16)
            unsafe block.set(byte: low & 15 | high << 4, at: 8 + j)
        }
        unsafe block.set(word32: fifthBits, at: 4)
    }
}
