/// 32 weights, one power-of-two scale: `w = 2^(e − 127) · e2m1`, the OCP microscaling format.
///
/// Bytes: e; 16 bytes of codes, byte j holding weight j in its low and weight j + 16 in its high half.
///
/// *Source*: OCP Microscaling Formats (MX) Specification 1.0, section 5. As in ggml, the codebook holds the values
/// doubled and the scale halved, and the exponent 255 (NaN in the specification) is a plain number.
package enum MXFP4: EncodableBlockFormat {
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

    /// The codebook's values in ascending order, zero twice.
    private static let levels = CodebookLevels([-12, -8, -6, -4, -3, -2, -1, 0, 0, 1, 2, 3, 4, 6, 8, 12])

    /// The code of an index into `levels`; the zero below is written as plus zero.
    private static func code(_ index: UInt8) -> UInt8 { index > 7 ? index - 8 : index == 7 ? 0 : 15 - index }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let levels = levels
        let weights = unsafe SearchableWeights<32>(weights, limit: largest)
        let exponent = bestExponent(weights, levels: levels)
        let inverse = exponent == 0 ? 0 : 1 / halfScale(exponent: exponent)
        unsafe block.set(byte: exponent, at: 0)
        for j in 0..<16 {
            let low = code(levels.code(weights[j] * inverse))
            let high = code(levels.code(weights[j + 16] * inverse))
            unsafe block.set(byte: low | high << 4, at: 1 + j)
        }
    }

    /// Weights are cut here, far below the format's 2¹²⁷ · 6, so that no square overflows.
    private static let largest: Float = 0x1p60
    /// Blocks with nothing above this become zeros, so that no square vanishes.
    private static let smallest: Float = 0x1p-60

    /// The exponent with the least squared error: the one that leaves the extreme weight between 4 and 8 times the
    /// scale, as the specification has it, or a neighbour.
    private static func bestExponent(
        _ weights: borrowing SearchableWeights<32>, levels: CodebookLevels
    ) -> UInt8 {
        let extreme = weights.extreme
        guard extreme > smallest else { return 0 }
        // The exponent field of the extreme weight less two: 4 is 2².
        let middle = UInt8(truncatingIfNeeded: extreme.bitPattern >> 23) - 2
        var least = Float.infinity
        var best = middle
        for exponent in middle - 1...middle + 1 {
            let scale = halfScale(exponent: exponent)
            var errors = Lanes.zero
            for index in [0, 16] {
                let lanes = weights.lanes(from: index)
                let difference = lanes - scale * levels.nearest(lanes * (1 / scale))
                errors += difference * difference
            }
            let error = errors.sum()
            if error < least { (least, best) = (error, exponent) }
        }
        return best
    }
}
