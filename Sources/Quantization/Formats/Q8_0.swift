/// 32 weights, one scale: `w = d · q`, q a signed byte.
///
/// Bytes: d (half); 32 signed bytes.
package enum Q8_0: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 34

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let d = unsafe block.half(at: 0)
        for j in 0..<32 { unsafe weights[j] = Float(block.signedByte(at: 2 + j)) * d }
    }
}
