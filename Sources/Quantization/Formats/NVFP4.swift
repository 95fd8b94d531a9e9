/// 64 weights in 4 groups of 16: `w = s · e2m1`, s of 8 bits (4 exponent, 3 mantissa, no sign) per group.
///
/// Bytes: 4 of group scales; 8 per group of codes, byte j holding weight j in its low and weight j + 8 in its high
/// half. The codebook is MXFP4's doubled one, so that scales are halved.
package enum NVFP4: BlockFormat {
    package static let weightsPerBlock = 64
    package static let bytesPerBlock = 36

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        for group in 0..<4 {
            let scale = unsafe halfScale(block.byte(at: group))
            for j in 0..<8 {
                let byte = unsafe block.byte(at: 4 + group * 8 + j)
                unsafe weights[group * 16 + j] = Float(MXFP4.codebook[Int(byte & 15)]) * scale
                unsafe weights[group * 16 + j + 8] = Float(MXFP4.codebook[Int(byte >> 4)]) * scale
            }
        }
    }

    /// Half the value of an unsigned E4M3 number with bias 7: its NaN is zero, and its top bit is ignored.
    @inline(__always)
    static func halfScale(_ bits: UInt8) -> Float {
        if bits == 0x7F { return 0 }
        let exponent = UInt32(bits >> 3 & 15)
        let mantissa = UInt32(bits & 7)
        if exponent == 0 { return Float(mantissa) * 0x1p-10 }
        return Float(bitPattern: (exponent + 119) << 23 | mantissa << 20)
    }
}
