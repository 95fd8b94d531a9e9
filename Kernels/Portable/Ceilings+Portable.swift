/// What Swift SIMD on the baseline can do at most: loops to hold kernels against.
package enum PortableCeilings {
    /// Reads `byteCount` bytes, a multiple of 512.
    package static func read(_ p: UnsafeRawPointer, byteCount: Int) -> Int {
        var sums = InlineArray<8, SIMD4<UInt32>>(repeating: .zero)
        var offset = 0
        while offset < byteCount {
            for t in 0..<8 { sums[t] |= (p + (offset &+ t * 16)).loadUnaligned(as: SIMD4<UInt32>.self) }
            offset &+= 128
        }
        for t in 1..<8 { sums[0] |= sums[t] }
        return Int(sums[0][0] | sums[0][1] | sums[0][2] | sums[0][3])
    }

    package static let operationsPerRound = 12.0 * 8

    /// Twelve products and sums of four floats a round.
    package static func multiplyAddFloats(_ p: UnsafeRawPointer, rounds: Int) -> Int {
        var sums = InlineArray<12, SIMD4<Float>>(repeating: .zero)
        var w = p.loadUnaligned(as: SIMD4<Float>.self)
        for _ in 0..<rounds {
            for t in 0..<12 { sums[t] += sums[t] * w }
            w = -w
        }
        for t in 1..<12 { sums[0] += sums[t] }
        return Int(sums[0].sum().bitPattern)
    }
}
