// Words of the portable kernels: Swift SIMD that becomes good SSE2 and NEON alike. Conversions that the
// standard library would make a call or a scalar loop are written with shifts and shuffles.

/// `sum + a·b`, rounded twice: a fused multiply-add is a library call on a baseline without one.
@inline(__always)
func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ sum: SIMD16<Float>) -> SIMD16<Float> { sum + a * b }

@inline(__always)
func splat(_ p: UnsafeRawPointer) -> SIMD16<Float> { SIMD16(repeating: p.loadUnaligned(as: Float.self)) }

/// Sixteen half-precision numbers as float32, exact.
@inline(__always)
func halves(_ p: UnsafeRawPointer) -> SIMD16<Float> {
    let pairs = p.loadUnaligned(as: SIMD8<UInt32>.self)
    var bits = SIMD16<UInt32>()
    bits.evenHalf = pairs & 0xFFFF
    bits.oddHalf = pairs &>> 16
    // The exponent moves by multiplication, which also normalises subnormals.
    let shifted = unsafeBitCast((bits & 0x7FFF) &<< 13, to: SIMD16<Float>.self) * 0x1p112
    let magnitude = unsafeBitCast(shifted, to: SIMD16<UInt32>.self)
    let special = magnitude.replacing(with: magnitude | 0x7F80_0000, where: (bits & 0x7C00) .== 0x7C00)
    return unsafeBitCast(special | ((bits & 0x8000) &<< 16), to: SIMD16<Float>.self)
}

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
