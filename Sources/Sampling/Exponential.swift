/// `e` to the power of `x`, for `x ≤ 0`: the same bits on every machine, and a loop over it vectorises.
///
/// Relative error below 2e-7; below −87.3 the result is 0, and for NaN too.
/// Range reduction `x = n·ln 2 + r` with |r| ≤ ln 2 / 2, then a polynomial of degree 7 in r, then `n` into the exponent.
@inline(__always)
package func exponential(_ x: Float) -> Float {
    let bounded = x > -87.3 ? x : -87.3
    let shifter: Float = 12_582_912  // 1.5 · 2^23: adding it rounds to an integer that lies in the low mantissa bits
    let shifted = bounded * 1.442_695_04 + shifter
    let n = shifted - shifter
    let r = (bounded - n * 0.693_359_375) + n * 2.121_944_4e-4
    var polynomial: Float = 1.984_126_98e-4
    polynomial = polynomial * r + 1.388_888_89e-3
    polynomial = polynomial * r + 8.333_333_33e-3
    polynomial = polynomial * r + 4.166_666_67e-2
    polynomial = polynomial * r + 0.166_666_667
    polynomial = polynomial * r + 0.5
    polynomial = polynomial * r + 1
    polynomial = polynomial * r + 1
    let scaled = Float(bitPattern: polynomial.bitPattern &+ (shifted.bitPattern << 23))
    return x > -87.3 ? scaled : 0
}
