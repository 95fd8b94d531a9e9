/// SplitMix64: the same numbers on every run.
struct RandomSource {
    var state: UInt64

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in −1..<1.
    mutating func float() -> Float { Float(Int32(truncatingIfNeeded: bits() >> 40) - (1 << 23)) * 0x1p-23 }
}
