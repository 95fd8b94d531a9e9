// Exponentials of sixteen floats, without calls: rounding to an integer by adding 1.5 · 2²³, and polynomials.

/// `eˣ`, relative error below 3e-7; arguments are clamped to −87.3...88.3, NaN stays NaN.
@inline(__always)
func exponential(_ argument: Vector) -> Vector {
    let x = lesser(greater(argument, Vector(repeating: -87.3)), Vector(repeating: 88.3))
    let magic = Vector(repeating: 0x1.8p23)
    let shifted = multiplyAdd16(x, Vector(repeating: 1.442_695_04), magic)
    let n = shifted - magic
    // x − n·ln 2 in two parts.
    var r = multiplyAdd16(n, Vector(repeating: -0.693_359_375), x)
    r = multiplyAdd16(n, Vector(repeating: 2.121_944_40e-4), r)
    var p = Vector(repeating: 1.987_569_150_0e-4)
    p = multiplyAdd16(p, r, Vector(repeating: 1.398_199_950_7e-3))
    p = multiplyAdd16(p, r, Vector(repeating: 8.333_451_907_3e-3))
    p = multiplyAdd16(p, r, Vector(repeating: 4.166_579_589_4e-2))
    p = multiplyAdd16(p, r, Vector(repeating: 1.666_666_545_9e-1))
    p = multiplyAdd16(p, r, Vector(repeating: 5.000_000_120_1e-1))
    p = multiplyAdd16(p * r, r, r) + Vector(repeating: 1)
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
    return unsafeBitCast(unsafeBitCast(p, to: SIMD16<Int32>.self) &+ exponent, to: Vector.self)
}

/// `2ˣ` for x ≤ 0, relative error below 3e-7 down to −126; 0 of −∞, NaN stays NaN.
///
/// Half the work of `exponential`: no reduction by a multiple of ln 2, no clamp, a polynomial that is best on ±½.
@inline(__always)
func powerOfTwo(_ x: Vector) -> Vector {
    let r = fractions16(x)
    var p = Vector(repeating: 1.327_647_2e-3)
    p = multiplyAdd16(p, r, Vector(repeating: 9.675_541_5e-3))
    p = multiplyAdd16(p, r, Vector(repeating: 5.550_713_3e-2))
    p = multiplyAdd16(p, r, Vector(repeating: 2.402_212e-1))
    p = multiplyAdd16(p, r, Vector(repeating: 6.931_469_7e-1))
    p = multiplyAdd16(p, r, Vector(repeating: 1))
    return timesPowersOfTwo16(p, x, without: r)
}

@inline(__always)
func powerOfTwo(_ x: Float) -> Float { powerOfTwo(Vector(repeating: x))[0] }

@inline(__always)
func logistic(_ x: Vector) -> Vector { Vector(repeating: 1) / (Vector(repeating: 1) + exponential(-x)) }

@inline(__always)
func magnitude(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Vector.self)
}

/// `tanh x` by `(1 − e) / (1 + e)`, `e = e^(−2|x|)`; for |x| below 0.35 by its series, where that would cancel.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
    let a = magnitude(x)
    let e = exponential(a * -2)
    let large = (Vector(repeating: 1) - e) / (Vector(repeating: 1) + e)
    let square = a * a
    var p = Vector(repeating: -1382.0 / 155_925)
    p = multiplyAdd16(p, square, Vector(repeating: 62.0 / 2835))
    p = multiplyAdd16(p, square, Vector(repeating: -17.0 / 315))
    p = multiplyAdd16(p, square, Vector(repeating: 2.0 / 15))
    p = multiplyAdd16(p, square, Vector(repeating: -1.0 / 3))
    let small = multiplyAdd16(p * square, a, a)
    let positive = large.replacing(with: small, where: a .< 0.35)
    let sign = unsafeBitCast(x, to: SIMD16<UInt32>.self) & 0x8000_0000
    return unsafeBitCast(unsafeBitCast(positive, to: SIMD16<UInt32>.self) | sign, to: Vector.self)
}

/// `1 − erf x` for x ≥ 0, absolute error 1.5e-7. *Source*: Abramowitz and Stegun, 7.1.26.
@inline(__always)
func complementaryError(_ x: Vector) -> Vector {
    let t = Vector(repeating: 1) / multiplyAdd16(x, Vector(repeating: 0.327_591_1), Vector(repeating: 1))
    var p = Vector(repeating: 1.061_405_429)
    p = multiplyAdd16(p, t, Vector(repeating: -1.453_152_027))
    p = multiplyAdd16(p, t, Vector(repeating: 1.421_413_741))
    p = multiplyAdd16(p, t, Vector(repeating: -0.284_496_736))
    p = multiplyAdd16(p, t, Vector(repeating: 0.254_829_592))
    return p * t * exponential(-(x * x))
}
