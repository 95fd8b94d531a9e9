internal import Tensors

/// 32 weights, one scale: `w = d · (q − 8)`, q of 4 bits.
///
/// Bytes: d (half); 16 bytes of q, byte j holding weight j in its low and weight j + 16 in its high half.
package enum Q4_0: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 18

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<16 {
            let byte = unsafe block.byte(at: 2 + j)
            unsafe weights[j] = Float(Int32(byte & 15) - 8) * d
            unsafe weights[j + 16] = Float(Int32(byte >> 4) - 8) * d
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = IntegerLevels(lowest: -8, highest: 7)
        let weights = unsafe SearchableWeights<32>(weights, limit: 8 * Half.largest)
        let d = Half.rounded(ScaleSearch.best(weights, 0..<32, levels: levels))
        let inverse = d == 0 ? 0 : 1 / d
        unsafe block.set(half: d, at: 0)
        for j in 0..<16 {
            let low = levels.code(weights[j] * inverse)
            let high = levels.code(weights[j + 16] * inverse)
            unsafe block.set(byte: low | high << 4, at: 2 + j)
        }
    }
}
