internal import Tensors

/// 32 weights, one scale: `w = d · codebook[q]`, q of 4 bits.
///
/// Bytes: d (half); 16 bytes of q, byte j holding weight j in its low and weight j + 16 in its high half.
package enum IQ4_NL: EncodableBlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 18

    /// Sixteen levels, denser around zero; shared with IQ4_XS.
    package static let codebook: InlineArray<16, Int8> = [
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
    ]

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe decode(block + 2, scale: block.half(at: 0), into: weights)
    }

    /// Decodes 32 codes in 16 bytes.
    @inline(__always)
    static func decode(_ codes: UnsafeRawPointer, scale: Float, into weights: UnsafeMutablePointer<Float>) {
        for j in 0..<16 {
            let byte = unsafe codes.byte(at: j)
            unsafe weights[j] = scale * Float(codebook[Int(byte & 15)])
            unsafe weights[j + 16] = scale * Float(codebook[Int(byte >> 4)])
        }
    }

    /// The codebook as levels to search; shared with IQ4_XS.
    static let levels = CodebookLevels(InlineArray { Float(codebook[$0]) })

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = levels
        let weights = unsafe SearchableWeights<32>(weights, limit: 127 * Half.largest)
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
