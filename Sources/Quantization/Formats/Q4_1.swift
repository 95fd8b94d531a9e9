internal import Tensors

/// 32 weights, a scale and an offset: `w = d · q + m`, q of 4 bits.
///
/// Bytes: d, m (half each); 16 bytes of q, byte j holding weight j in its low and weight j + 16 in its high half.
package enum Q4_1: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 20

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let m = unsafe block.half(at: 2)
        for j in 0..<16 {
            let byte = unsafe block.byte(at: 4 + j)
            unsafe weights[j] = Float(Int32(byte & 15)) * d + m
            unsafe weights[j + 16] = Float(Int32(byte >> 4)) * d + m
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let weights = unsafe SearchableWeights<32>(weights, limit: Half.largest)
        let levels = IntegerLevels(lowest: 0, highest: 15)
        let best = AffineSearch(highestCode: 15, minimumIsNegative: false).best(weights, 0..<32)
        let d = Half.rounded(best.scale)
        let m = Half.rounded(best.minimum)
        let inverse = d == 0 ? 0 : 1 / d
        unsafe block.set(half: d, at: 0)
        unsafe block.set(half: m, at: 2)
        for j in 0..<16 {
            let low = levels.code((weights[j] - m) * inverse)
            let high = levels.code((weights[j + 16] - m) * inverse)
            unsafe block.set(byte: low | high << 4, at: 4 + j)
        }
    }
}
