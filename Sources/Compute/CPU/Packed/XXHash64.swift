/// XXH64 over bytes that arrive in pieces: finds damage at the speed of memory, but not what somebody forged.
///
/// *Source*: Yann Collet, xxHash fast digest algorithm, version 0.1.1 (`doc/xxhash_spec.md` of xxHash).
package struct XXHash64: Sendable {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
    /// Four lanes of eight bytes.
    private static let stripe = 32

    private var lanes: SIMD4<UInt64>
    /// Bytes that make no whole stripe yet.
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    /// The hash of no bytes yet; the seed is zero.
    package init() { lanes = SIMD4(Self.prime1 &+ Self.prime2, Self.prime2, 0, 0 &- Self.prime1) }

    /// The hash of some bytes.
    package static func hash(_ bytes: borrowing RawSpan) -> UInt64 {
        var hash = XXHash64()
        hash.update(bytes)
        return hash.finalized()
    }

    /// Adds bytes.
    package mutating func update(_ bytes: borrowing RawSpan) {
        byteCount &+= UInt64(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            if !pending.isEmpty {
                let missing = unsafe rest.prefix(Self.stripe - pending.count)
                unsafe pending.append(contentsOf: missing)
                unsafe rest = rest.dropFirst(missing.count)
                guard pending.count == Self.stripe else { return }
                let stripe = pending
                unsafe stripe.withUnsafeBytes { unsafe mix($0) }
                pending.removeAll()
            }
            let wholeCount = unsafe rest.count / Self.stripe * Self.stripe
            unsafe mix(UnsafeRawBufferPointer(rebasing: rest.prefix(wholeCount)))
            unsafe pending.append(contentsOf: rest.dropFirst(wholeCount))
        }
    }

    /// The hash of the bytes so far; more may follow.
    package func finalized() -> UInt64 {
        var hash = Self.prime5
        if byteCount >= UInt64(Self.stripe) {
            hash = Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7)
            hash &+= Self.rotate(lanes[2], 12) &+ Self.rotate(lanes[3], 18)
            for lane in 0..<4 { hash = (hash ^ Self.rounded(0, lanes[lane])) &* Self.prime1 &+ Self.prime4 }
        }
        hash &+= byteCount
        var rest = pending[...]
        while rest.count >= 8 {
            let word = Self.rounded(0, Self.integer(rest.prefix(8)))
            hash = Self.rotate(hash ^ word, 27) &* Self.prime1 &+ Self.prime4
            rest = rest.dropFirst(8)
        }
        if rest.count >= 4 {
            hash = Self.rotate(hash ^ Self.integer(rest.prefix(4)) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
            rest = rest.dropFirst(4)
        }
        for byte in rest { hash = Self.rotate(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1 }
        hash = (hash ^ hash &>> 33) &* Self.prime2
        hash = (hash ^ hash &>> 29) &* Self.prime3
        return hash ^ hash &>> 32
    }

    /// Mixes whole stripes into the lanes.
    private mutating func mix(_ stripes: UnsafeRawBufferPointer) {
        guard let base = stripes.baseAddress else { return }
        // Four variables: a SIMD vector of 64-bit products is slower than four scalar multipliers.
        var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
        for offset in stride(from: 0, to: stripes.count, by: Self.stripe) {
            let words = unsafe base + offset
            a = unsafe Self.rounded(a, words.loadUnaligned(as: UInt64.self).littleEndian)
            b = unsafe Self.rounded(b, (words + 8).loadUnaligned(as: UInt64.self).littleEndian)
            c = unsafe Self.rounded(c, (words + 16).loadUnaligned(as: UInt64.self).littleEndian)
            d = unsafe Self.rounded(d, (words + 24).loadUnaligned(as: UInt64.self).littleEndian)
        }
        lanes = SIMD4(a, b, c, d)
    }

    @inline(__always)
    private static func rounded(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value &<< count | value &>> (64 &- count)
    }

    /// Least significant byte first.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
