internal import Tensors

/// 32 weights, one scale: `w = d · (q − 16)`, q of 5 bits.
///
/// Bytes: d (half); the fifth bits of weights 0 to 31 (32 bits); 16 bytes of low halves, byte j holding weight j
/// and weight j + 16.
package enum Q5_0: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 22

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        let high = unsafe block.word32(at: 2)
        for j in 0..<16 {
            let byte = unsafe UInt32(block.byte(at: 6 + j))
            let low = byte & 15 | (high &>> UInt32(j) & 1) << 4
            let upper = byte >> 4 | (high &>> UInt32(j + 16) & 1) << 4
            unsafe weights[j] = Float(Int32(low) - 16) * d
            unsafe weights[j + 16] = Float(Int32(upper) - 16) * d
        }
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = IntegerLevels(lowest: -16, highest: 15)
        let weights = unsafe SearchableWeights<32>(weights, limit: 16 * Half.largest)
        let d = Half.rounded(ScaleSearch.best(weights, 0..<32, levels: levels))
        let inverse = d == 0 ? 0 : 1 / d
        unsafe block.set(half: d, at: 0)
        var fifthBits: UInt32 = 0
        for j in 0..<16 {
            let low = levels.code(weights[j] * inverse)
            let high = levels.code(weights[j + 16] * inverse)
            fifthBits |= UInt32(low >> 4) << UInt32(j) | UInt32(high >> 4) << UInt32(j + 16)
            unsafe block.set(byte: low & 15 | high << 4, at: 6 + j)
        }
        unsafe block.set(word32: fifthBits, at: 2)
    }
}
