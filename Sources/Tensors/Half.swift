/// IEEE 754 half precision and bfloat16 as bit patterns, converted without library calls.
///
/// The standard library's `Float(Float16)` is a function call on CPUs without F16C. These conversions
/// are exact in both directions (round to nearest, ties to even), like ggml's.
package enum Half {
    /// The float32 value of a half-precision bit pattern. NaN payloads are kept.
    @inlinable
    package static func float(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let mantissa = UInt32(bits & 0x3FF)
        if exponent == 0 {
            let magnitude = Float(mantissa) * 0x1p-24
            return Float(bitPattern: magnitude.bitPattern | sign)
        }
        if exponent == 31 { return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13) }
        return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }

    /// The nearest half-precision bit pattern, ties to even; overflow becomes infinity, NaN stays NaN.
    @inlinable
    package static func bits(_ value: Float) -> UInt16 {
        let pattern = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: (pattern >> 16) & 0x8000)
        let magnitude = pattern & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: adding 0.5 leaves the rounded mantissa in the low bits.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3F00_0000)
        }
        let rounded = magnitude &+ 0xFFF &+ ((magnitude >> 13) & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    }
}

/// bfloat16: the upper half of a float32.
package enum BFloat16 {
    /// The float32 value of a bfloat16 bit pattern; exact.
    @inlinable
    package static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    /// The nearest bfloat16 bit pattern, ties to even; NaN becomes quiet.
    @inlinable
    package static func bits(_ value: Float) -> UInt16 {
        let pattern = value.bitPattern
        if pattern & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(truncatingIfNeeded: pattern >> 16) | 64 }
        return UInt16(truncatingIfNeeded: (pattern &+ (0x7FFF &+ ((pattern >> 16) & 1))) >> 16)
    }
}
