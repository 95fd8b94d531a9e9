/// SHA-256 over bytes that arrive in pieces. Source: FIPS 180-4.
package struct SHA256: Sendable {
    /// A digest: the eight 32-bit words of the final state, in order.
    package struct Digest: Sendable, Hashable, CustomStringConvertible {
        /// Words 0 to 7 of the hash value.
        package let words: SIMD8<UInt32>

        /// The 32 bytes, most significant byte of each word first.
        package var bytes: [UInt8] {
            (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> UInt32(24 - $0 % 4 * 8)) }
        }

        /// 64 lower-case hexadecimal digits.
        package var description: String {
            let digits = Array("0123456789abcdef".utf8)
            let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private var state = SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
    private var pending = InlineArray<64, UInt8>(repeating: 0)
    private var pendingCount = 0
    private var byteCount: UInt64 = 0

    /// The hash of no bytes yet.
    package init() {}

    /// The digest of some bytes.
    package static func hash(_ bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalized()
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: borrowing Span<UInt8>) {
        byteCount &+= UInt64(bytes.count)
        var index = 0
        while index < bytes.count {
            if pendingCount == 0, bytes.count - index >= 64 {
                var block = InlineArray<16, UInt32>(repeating: 0)
                for word in 0..<16 {
                    let at = index + word * 4
                    block[word] = Self.word(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3])
                }
                compress(block)
                index += 64
            } else {
                pending[pendingCount] = bytes[index]
                pendingCount += 1
                index += 1
                if pendingCount == 64 { compressPending() }
            }
        }
    }

    /// Adds a 32-bit integer, least significant byte first.
    package mutating func update(littleEndian value: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value >> shift)) }
        byteCount &+= 4
    }

    /// The digest of the bytes so far; more may follow.
    package func finalized() -> Digest {
        var last = self
        last.append(0x80)
        while last.pendingCount != 56 { last.append(0) }
        let bitCount = byteCount &* 8
        for byte in 0..<8 { last.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - byte * 8))) }
        return Digest(words: last.state)
    }

    private mutating func append(_ byte: UInt8) {
        pending[pendingCount] = byte
        pendingCount += 1
        if pendingCount == 64 { compressPending() }
    }

    private mutating func compressPending() {
        var block = InlineArray<16, UInt32>(repeating: 0)
        for word in 0..<16 {
            let at = word * 4
            block[word] = Self.word(pending[at], pending[at + 1], pending[at + 2], pending[at + 3])
        }
        compress(block)
        pendingCount = 0
    }

    @inline(__always)
    private static func word(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> UInt32 {
        UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    @inline(__always)
    private static func rotate(_ x: UInt32, _ count: UInt32) -> UInt32 {
        x &>> count | x &<< (32 &- count)
    }

    /// One block into the state; the message schedule is a ring of the last sixteen words.
    private mutating func compress(_ block: InlineArray<16, UInt32>) {
        var w = block
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for round in 0..<64 {
            let slot = round & 15
            if round >= 16 {
                let old = w[(round + 1) & 15]
                let new = w[(round + 14) & 15]
                let s0 = Self.rotate(old, 7) ^ Self.rotate(old, 18) ^ (old &>> 3)
                let s1 = Self.rotate(new, 17) ^ Self.rotate(new, 19) ^ (new &>> 10)
                w[slot] = w[slot] &+ s0 &+ w[(round + 9) & 15] &+ s1
            }
            let sum1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ sum1 &+ choice &+ Self.constants[round] &+ w[slot]
            let sum0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
        }
        state = state &+ SIMD8(a, b, c, d, e, f, g, h)
    }

    /// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
