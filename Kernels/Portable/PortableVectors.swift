// What differs between instruction sets in the text of `Words/`: here Swift SIMD that becomes good SSE2 and NEON alike.
// Conversions that the standard library would make a call or a scalar loop are written with shifts and shuffles.

/// Four bytes of each of sixteen rows, ready to be multiplied: split for 16-bit arithmetic, so that the lane of two bytes
/// holds one of them, sign-extended.
///
/// No vector has 32 lanes: the standard library's operations are loops over lanes, which the compiler unrolls to
/// vector instructions for up to 16 of them only and which are a hundred times as slow beyond.
struct FourBytes {
    private var even: Words
    private var odd: Words

    /// 32 lanes of 16 bits.
    private struct Words {
        var low: SIMD16<Int16>
        var high: SIMD16<Int16>

        @inline(__always)
        init(_ bits: SIMD16<UInt32>) { self = unsafeBitCast(bits, to: Words.self) }

        @inline(__always)
        mutating func subtract(_ value: Int16) {
            low &-= SIMD16(repeating: value)
            high &-= SIMD16(repeating: value)
        }
    }

    /// - Parameter bytes: sixteen rows of four bytes.
    @inline(__always)
    init(unsigned bytes: SIMD16<UInt32>) {
        even = Words(bytes & 0x00FF_00FF)
        odd = Words((bytes &>> 8) & 0x00FF_00FF)
    }

    /// - Parameter bytes: sixteen rows of four signed bytes whose top bits are flipped.
    @inline(__always)
    init(flipped bytes: SIMD16<UInt32>) {
        self.init(unsigned: bytes, minus: 0x80)
    }

    /// - Parameter offset: what is taken from every byte.
    @inline(__always)
    init(unsigned bytes: SIMD16<UInt32>, minus offset: Int16) {
        self.init(unsigned: bytes)
        even.subtract(offset)
        odd.subtract(offset)
    }

    /// - Parameter codes: bytes whose low halves count.
    @inline(__always)
    init(nibbles codes: SIMD16<UInt32>) {
        even = Words(codes & 0x000F_000F)
        odd = Words((codes &>> 8) & 0x000F_000F)
    }

    /// - Parameter p: four signed bytes, which every row gets.
    @inline(__always)
    init(broadcasting p: UnsafeRawPointer) {
        self.init(flipped: SIMD16(repeating: p.loadUnaligned(as: UInt32.self) ^ 0x8080_8080))
    }

    /// Adds `Σ` of four products to each of sixteen lanes. Exact: two products are at most 2 · 128 · 127 < 2¹⁵.
    @inline(__always)
    func addDot(_ other: FourBytes, to sums: inout SIMD16<Int32>) {
        var pairs = even
        pairs.low = even.low &* other.even.low &+ odd.low &* other.odd.low
        pairs.high = even.high &* other.even.high &+ odd.high &* other.odd.high
        sums &+= Self.pairSums(pairs)
    }

    /// The same for an unsigned byte and a signed one: a product is at most 255 · 128 < 2¹⁵, a sum of two may be more.
    @inline(__always)
    func addWideDot(_ other: FourBytes, to sums: inout SIMD16<Int32>) {
        var (first, second) = (even, odd)
        first.low = even.low &* other.even.low
        first.high = even.high &* other.even.high
        second.low = odd.low &* other.odd.low
        second.high = odd.high &* other.odd.high
        sums &+= Self.pairSums(first) &+ Self.pairSums(second)
    }

    /// Sums of neighbours.
    @inline(__always)
    private static func pairSums(_ words: Words) -> SIMD16<Int32> {
        let pairs = unsafeBitCast(words, to: SIMD16<Int32>.self)
        return ((pairs &<< 16) &>> 16) &+ (pairs &>> 16)
    }
}

/// Exact for |x| < 2²²: the integer is placed in the mantissa of 1.5 · 2²³.
@inline(__always)
func floats(_ x: SIMD16<Int32>) -> SIMD16<Float> {
    unsafeBitCast(x &+ 0x4B40_0000, to: SIMD16<Float>.self) - 0x1.8p23
}
