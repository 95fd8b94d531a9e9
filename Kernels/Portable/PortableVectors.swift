// Words of the portable kernels: Swift SIMD that becomes good SSE2 and NEON alike. Conversions that the
// standard library would make a call or a scalar loop are written with shifts and shuffles.

@inline(__always)
func splat(_ p: UnsafeRawPointer) -> SIMD16<Float> { SIMD16(repeating: p.loadUnaligned(as: Float.self)) }

/// 64 bytes split for 16-bit arithmetic: the lane of two bytes holds one of them, sign-extended.
struct BytePairs {
    var even: SIMD32<Int16>
    var odd: SIMD32<Int16>

    /// - Parameter bytes: sixteen rows of four signed bytes.
    @inline(__always)
    init(signed bytes: SIMD32<Int16>) {
        even = (bytes &<< 8) &>> 8
        odd = bytes &>> 8
    }

    /// - Parameter codes: bytes whose low halves count.
    @inline(__always)
    init(nibbles codes: SIMD32<UInt16>) {
        even = unsafeBitCast(codes & 0x000F, to: SIMD32<Int16>.self)
        odd = unsafeBitCast((codes &>> 8) & 0x000F, to: SIMD32<Int16>.self)
    }

    /// - Parameter p: four signed bytes, which every row gets.
    @inline(__always)
    init(broadcasting p: UnsafeRawPointer) {
        let words = SIMD16<UInt32>(repeating: p.loadUnaligned(as: UInt32.self))
        self.init(signed: unsafeBitCast(words, to: SIMD32<Int16>.self))
    }

    /// `Σ` of four products in each of sixteen lanes. Exact: two products are at most 2 · 128 · 127 < 2¹⁵.
    @inline(__always)
    func dot(_ other: BytePairs) -> SIMD16<Int32> {
        let pairs = unsafeBitCast(even &* other.even &+ odd &* other.odd, to: SIMD16<Int32>.self)
        return ((pairs &<< 16) &>> 16) &+ (pairs &>> 16)
    }
}

/// Exact for |x| < 2²²: the integer is placed in the mantissa of 1.5 · 2²³.
@inline(__always)
func floats(_ x: SIMD16<Int32>) -> SIMD16<Float> {
    unsafeBitCast(x &+ 0x4B40_0000, to: SIMD16<Float>.self) - 0x1.8p23
}

/// Sixteen unsigned bytes, `stride` apart.
@inline(__always)
func bytes(_ p: UnsafeRawPointer, stride: Int = 1) -> SIMD16<Float> {
    var result = SIMD16<Float>()
    for row in 0..<16 { result[row] = Float((p + row &* stride).load(as: UInt8.self)) }
    return result
}

/// Sixteen adjacent signed bytes.
@inline(__always)
func signedBytes(_ p: UnsafeRawPointer) -> SIMD16<Float> {
    var result = SIMD16<Float>()
    for row in 0..<16 { result[row] = Float((p + row).load(as: Int8.self)) }
    return result
}
