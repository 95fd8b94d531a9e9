/// A key that signs with Ed25519.
///
/// Written to be read: numbers modulo the two primes are a few limbs each, and a point is multiplied by doubling and
/// adding. What touches the secret takes the same steps for every key: no branch and no index depends on it.
///
/// *Source*: RFC 8032, section 5.1.
package struct Ed25519Key: Sendable {
    package static let seedByteCount = 32
    package static let signatureByteCount = 64

    /// The 32 bytes that the key is made from: the secret.
    package let seed: [UInt8]
    /// 32 bytes.
    package let publicKey: [UInt8]
    private let scalar: Ed25519Scalar
    /// What makes the nonces of signatures, which nobody may guess.
    private let prefix: [UInt8]

    /// - Precondition: the seed has 32 bytes.
    package init(seed: [UInt8]) {
        precondition(seed.count == Self.seedByteCount)
        let hash = SHA512.hash(seed)
        var low = Array(hash[..<32])
        low[0] &= 0xF8
        low[31] = low[31] & 0x7F | 0x40
        self.seed = seed
        scalar = Ed25519Scalar(reducing: low)
        prefix = Array(hash[32...])
        publicKey = (Ed25519Point.base * scalar).bytes
    }

    /// The 64 bytes of a signature; the same for the same message.
    package func signature(of message: [UInt8]) -> [UInt8] {
        let nonce = Ed25519Scalar(reducing: SHA512.hash(prefix + message))
        let point = (Ed25519Point.base * nonce).bytes
        let challenge = Ed25519Scalar(reducing: SHA512.hash(point + publicKey + message))
        return point + (challenge * scalar + nonce).bytes
    }
}

/// A number modulo the order of the base point, 2²⁵² + 27742317777372353535851937790883648493: four limbs, least
/// significant first, always less than the order.
struct Ed25519Scalar {
    private var limbs: SIMD4<UInt64>

    private static let order = SIMD4<UInt64>(0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000)

    /// A number of any length, least significant byte first.
    init(reducing bytes: [UInt8]) {
        limbs = .zero
        for byte in bytes.reversed() {
            for place in stride(from: 7, through: 0, by: -1) {
                self = self + self
                limbs = Self.reduced(limbs &+ SIMD4(UInt64(byte >> UInt8(place) & 1), 0, 0, 0))
            }
        }
    }

    private init(_ limbs: SIMD4<UInt64>) { self.limbs = limbs }

    /// The 32 bytes, least significant first.
    var bytes: [UInt8] { (0..<32).map { UInt8(truncatingIfNeeded: limbs[$0 / 8] >> UInt64($0 % 8 * 8)) } }

    /// A bit, 0 or 1.
    func bit(_ index: Int) -> UInt64 { limbs[index / 64] >> UInt64(index % 64) & 1 }

    static func + (one: Self, other: Self) -> Self {
        // Both are less than 2²⁵³: nothing is carried out of the last limb.
        var sum = SIMD4<UInt64>.zero
        var carry: UInt64 = 0
        for index in 0..<4 {
            let (first, overflow) = one.limbs[index].addingReportingOverflow(other.limbs[index])
            let (second, another) = first.addingReportingOverflow(carry)
            sum[index] = second
            carry = (overflow ? 1 : 0) | (another ? 1 : 0)
        }
        return Self(reduced(sum))
    }

    static func * (one: Self, other: Self) -> Self {
        var product = Self(.zero)
        for index in stride(from: 255, through: 0, by: -1) {
            product = product + product
            let mask = 0 &- one.bit(index)
            product = product + Self(other.limbs & SIMD4(repeating: mask))
        }
        return product
    }

    /// A number less than twice the order, made less than the order.
    private static func reduced(_ limbs: SIMD4<UInt64>) -> SIMD4<UInt64> {
        var difference = SIMD4<UInt64>.zero
        var borrow: UInt64 = 0
        for index in 0..<4 {
            let (first, underflow) = limbs[index].subtractingReportingOverflow(order[index])
            let (second, another) = first.subtractingReportingOverflow(borrow)
            difference[index] = second
            borrow = (underflow ? 1 : 0) | (another ? 1 : 0)
        }
        let keep = SIMD4(repeating: 0 &- borrow)
        return limbs & keep | difference & ~keep
    }
}

/// A number modulo 2²⁵⁵ − 19: five limbs of 51 bits, least significant first. Between operations limbs may be a little
/// longer than 51 bits.
struct Ed25519Field {
    private var limbs: InlineArray<5, UInt64>

    private static let mask: UInt64 = 1 << 51 - 1
    static let zero = Ed25519Field(0)
    static let one = Ed25519Field(1)

    private init(_ number: UInt64) { limbs = [number, 0, 0, 0, 0] }
    private init(_ limbs: InlineArray<5, UInt64>) { self.limbs = limbs }

    /// Four words of 64 bits, most significant first, as standards print such numbers.
    init(_ words: (UInt64, UInt64, UInt64, UInt64)) {
        let (d, c, b, a) = words
        limbs = [
            a & Self.mask, (a >> 51 | b << 13) & Self.mask, (b >> 38 | c << 26) & Self.mask,
            (c >> 25 | d << 39) & Self.mask, d >> 12,
        ]
    }

    /// The 32 bytes of the number between 0 and 2²⁵⁵ − 20, least significant first.
    var bytes: [UInt8] {
        // What is 2²⁵⁵ − 19 or more comes to 2²⁵⁵ or more with 19 added.
        var number = Self.carried(Self.carried(limbs))
        var carry: UInt64 = 19
        for index in 0..<5 { carry = (number[index] &+ carry) >> 51 }
        number[0] &+= 19 &* carry
        for index in 0..<4 {
            number[index + 1] &+= number[index] >> 51
            number[index] &= Self.mask
        }
        number[4] &= Self.mask
        let words: [UInt64] = [
            number[0] | number[1] << 51, number[1] >> 13 | number[2] << 38, number[2] >> 26 | number[3] << 25,
            number[3] >> 39 | number[4] << 12,
        ]
        return (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    /// Limbs of at most 51 bits and a little: what is above goes to the next; 2²⁵⁵ is 19.
    private static func carried(_ limbs: InlineArray<5, UInt64>) -> InlineArray<5, UInt64> {
        var result = limbs
        var carry: UInt64 = 0
        for index in 0..<5 {
            let sum = result[index] &+ carry
            result[index] = sum & mask
            carry = sum >> 51
        }
        result[0] &+= 19 &* carry
        return result
    }

    static func + (one: Self, other: Self) -> Self {
        Self(carried(InlineArray { one.limbs[$0] &+ other.limbs[$0] }))
    }

    static func - (one: Self, other: Self) -> Self {
        // Four times the modulus keeps every limb from falling below nothing.
        Self(carried(InlineArray { one.limbs[$0] &+ ($0 == 0 ? 4 &* (mask &- 18) : 4 &* mask) &- other.limbs[$0] }))
    }

    static func * (one: Self, other: Self) -> Self {
        var sums = InlineArray<5, UInt128>(repeating: 0)
        for i in 0..<5 {
            for j in 0..<5 {
                let factor = i + j < 5 ? other.limbs[j] : 19 &* other.limbs[j]
                sums[(i + j) % 5] &+= UInt128(one.limbs[i]) &* UInt128(factor)
            }
        }
        var product = InlineArray<5, UInt64>(repeating: 0)
        var carry: UInt128 = 0
        for index in 0..<5 {
            let sum = sums[index] &+ carry
            product[index] = UInt64(truncatingIfNeeded: sum) & mask
            carry = sum >> 51
        }
        // The carry may have more than 59 bits: times 19 it would not fit into a limb.
        let low = UInt128(product[0]) &+ 19 &* carry
        product[0] = UInt64(truncatingIfNeeded: low) & mask
        product[1] &+= UInt64(truncatingIfNeeded: low >> 51)
        return Self(product)
    }

    /// 1 divided by the number: it to the power of 2²⁵⁵ − 21.
    var inverse: Self {
        var power = Self.one
        for bit in stride(from: 254, through: 0, by: -1) {
            power = power * power
            if bit != 2, bit != 4 { power = power * self }
        }
        return power
    }

    /// One of two, without a branch.
    ///
    /// - Parameter bit: 0 or 1.
    static func select(_ zero: Self, _ one: Self, _ bit: UInt64) -> Self {
        let mask = 0 &- bit
        return Self(InlineArray { zero.limbs[$0] & ~mask | one.limbs[$0] & mask })
    }
}

/// A point (x, y) of −x² + y² = 1 + d·x²·y², as X = x·Z, Y = y·Z, T = x·y·Z.
struct Ed25519Point {
    private var x: Ed25519Field
    private var y: Ed25519Field
    private var z: Ed25519Field
    private var t: Ed25519Field

    private static let zero = Ed25519Point(x: .zero, y: .one, z: .one, t: .zero)
    /// −121665/121666.
    private static let d = Ed25519Field(
        (0x5203_6cee_2b6f_fe73, 0x8cc7_4079_7779_e898, 0x0070_0a4d_4141_d8ab, 0x75eb_4dca_1359_78a3))

    /// The point whose multiples are keys: y is 4/5.
    static let base: Ed25519Point = {
        let x = Ed25519Field(
            (0x2169_36d3_cd6e_53fe, 0xc0a4_e231_fdd6_dc5c, 0x692c_c760_9525_a7b2, 0xc956_2d60_8f25_d51a))
        let y = Ed25519Field(
            (0x6666_6666_6666_6666, 0x6666_6666_6666_6666, 0x6666_6666_6666_6666, 0x6666_6666_6666_6658))
        return Ed25519Point(x: x, y: y, z: .one, t: x * y)
    }()

    /// y, with the lowest bit of x on top.
    var bytes: [UInt8] {
        let inverse = z.inverse
        var bytes = (y * inverse).bytes
        bytes[31] |= (x * inverse).bytes[0] << 7
        return bytes
    }

    /// Holds for all points, also for equal ones and the neutral one. *Source*: RFC 8032, section 5.1.4.
    static func + (one: Self, other: Self) -> Self {
        let a = (one.y - one.x) * (other.y - other.x)
        let b = (one.y + one.x) * (other.y + other.x)
        let c = (one.t + one.t) * d * other.t
        let e = (one.z + one.z) * other.z
        let (f, g, h, i) = (b - a, e - c, e + c, b + a)
        return Self(x: f * g, y: h * i, z: g * h, t: f * i)
    }

    /// The point added to nothing that many times.
    static func * (point: Self, count: Ed25519Scalar) -> Self {
        var sum = Self.zero
        for index in stride(from: 255, through: 0, by: -1) {
            sum = sum + sum
            let (more, bit) = (sum + point, count.bit(index))
            sum = Self(
                x: .select(sum.x, more.x, bit), y: .select(sum.y, more.y, bit), z: .select(sum.z, more.z, bit),
                t: .select(sum.t, more.t, bit))
        }
        return sum
    }
}
