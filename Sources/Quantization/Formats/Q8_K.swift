/// 256 activations, one scale: `w = d · q`, q a signed byte. ggml keeps activations in it, files never use it.
///
/// Bytes: d (float32); 256 signed bytes; sums of q per 16 (16 × 16 bits), redundant.
package enum Q8_K: BlockFormat {
    package static let weightsPerBlock = 256
    package static let bytesPerBlock = 292

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe Float(bitPattern: block.word32(at: 0))
        for j in 0..<256 { unsafe weights[j] = d * Float(block.signedByte(at: 4 + j)) }
    }
}
