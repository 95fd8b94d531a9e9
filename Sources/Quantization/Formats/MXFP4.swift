/// 32 weights, one power-of-two scale: `w = 2^(e − 127) · e2m1`, the OCP microscaling format.
///
/// Bytes: e; 16 bytes of codes, byte j holding weight j in its low and weight j + 16 in its high half.
///
/// *Source*: OCP Microscaling Formats (MX) Specification 1.0, section 5. As in ggml, the codebook holds the values
/// doubled and the scale halved, and the exponent 255 (NaN in the specification) is a plain number.
package enum MXFP4: BlockFormat {
    package static let weightsPerBlock = 32
    package static let bytesPerBlock = 17

    /// The E2M1 values, doubled; minus zero is zero. Shared with NVFP4.
    package static let codebook: InlineArray<16, Int8> = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        let scale = unsafe halfScale(exponent: block.byte(at: 0))
        for j in 0..<16 {
            let byte = unsafe block.byte(at: 1 + j)
            unsafe weights[j] = Float(codebook[Int(byte & 15)]) * scale
            unsafe weights[j + 16] = Float(codebook[Int(byte >> 4)]) * scale
        }
    }

    /// 2^(exponent − 128), the scale of the doubled codebook; the two smallest are subnormal.
    @inline(__always)
    static func halfScale(exponent: UInt8) -> Float {
        let exponent = UInt32(exponent)
        return Float(bitPattern: exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23)
    }
}
