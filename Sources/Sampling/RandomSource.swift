// Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11).
// The n-th draw is a function of (seed, stream, n) and of nothing else, so a request's text depends neither on the
// requests that it is batched with nor on whether it was preempted and computed again.

/// A request's own source of random numbers: a value that is fully described by seed, stream and draw counter.
package struct RandomSource: Sendable, Equatable {
    /// The request's seed.
    package let seed: UInt64
    /// Which of several completions of one request draws.
    package let stream: UInt32
    /// Number of draws made so far; setting it back repeats them.
    package var drawCount: UInt64

    /// A source that has made no draw.
    package init(seed: UInt64, stream: UInt32 = 0) {
        self.seed = seed
        self.stream = stream
        drawCount = 0
    }

    /// A number that is uniform in `0 ..< 1`, with 53 random bits.
    package mutating func nextUniform() -> Double {
        let block = Self.block(
            counter: SIMD4(lowHalf: Self.halves(drawCount), highHalf: SIMD2(stream, 0)), key: Self.halves(seed))
        drawCount &+= 1
        let bits = UInt64(block[1]) << 32 | UInt64(block[0])
        return Double(bits >> 11) * 0x1p-53
    }

    private static func halves(_ value: UInt64) -> SIMD2<UInt32> {
        SIMD2(UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
    }

    /// The 128 random bits that Philox4x32-10 assigns to a counter under a key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for _ in 0..<10 {
            let first = UInt64(counter[0]) &* 0xD251_1F53
            let second = UInt64(counter[2]) &* 0xCD9E_8D57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0],
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1],
                UInt32(truncatingIfNeeded: first))
            key[0] &+= 0x9E37_79B9
            key[1] &+= 0xBB67_AE85
        }
        return counter
    }
}
