/// 32 activations, one scale: `w = d · q`, q a signed byte. ggml keeps activations in it, files never use it.
///
/// Bytes: d (half); d · Σq (half), redundant; 32 signed bytes.
package enum Q8_1: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 36

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<32 { unsafe weights[j] = Float(block.signedByte(at: 4 + j)) * d }
    }
}
