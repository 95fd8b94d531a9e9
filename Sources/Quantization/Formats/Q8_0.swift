internal import Tensors

/// 32 weights, one scale: `w = d · q`, q a signed byte.
///
/// Bytes: d (half); 32 signed bytes.
package enum Q8_0: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 34

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<32 { unsafe weights[j] = Float(block.signedByte(at: 2 + j)) * d }
    }

    /// The scale puts the extreme weight on ±127: with 8 bits a search gains nothing.
    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = IntegerLevels(lowest: -127, highest: 127)
        let weights = unsafe SearchableWeights<32>(weights, limit: 127 * Half.largest)
        let d = Half.rounded(weights.extreme / 127)
        let inverse = d == 0 ? 0 : 1 / d
        unsafe block.set(half: d, at: 0)
        for j in 0..<32 { unsafe block.set(byte: levels.code(weights[j] * inverse) &- 127, at: 2 + j) }
    }
}
