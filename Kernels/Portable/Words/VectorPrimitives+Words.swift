// Words of the shared text that sets without wider registers or gathers have in common.

@inline(__always)
func splat(_ p: UnsafeRawPointer) -> SIMD16<Float> { SIMD16(repeating: p.loadUnaligned(as: Float.self)) }

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

/// The sum of all lanes, in one fixed order.
@inline(__always)
func sum(_ v: SIMD16<Float>) -> Float {
    let eight = v.lowHalf + v.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
}

/// The greatest lane.
@inline(__always)
func greatest(_ v: SIMD16<Float>) -> Float {
    let eight = v.lowHalf.replacing(with: v.highHalf, where: v.lowHalf .< v.highHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.lowHalf .< eight.highHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.lowHalf .< four.highHalf)
    return two.x < two.y ? two.y : two.x
}

/// What is left when the nearest integers are taken away.
@inline(__always)
func fractions16(_ x: SIMD16<Float>) -> SIMD16<Float> { x - ((x + 0x1.8p23) - 0x1.8p23) }

/// `p · 2ˣ⁻ʳ`, with r the fractions of x; 0 for x below −126.
@inline(__always)
func timesPowersOfTwo16(_ p: SIMD16<Float>, _ x: SIMD16<Float>, without r: SIMD16<Float>) -> SIMD16<Float> {
    let exponents = unsafeBitCast((x - r) + 0x1.8p23, to: SIMD16<Int32>.self) &<< 23
    let power = unsafeBitCast(unsafeBitCast(p, to: SIMD16<Int32>.self) &+ exponents, to: SIMD16<Float>.self)
    return power.replacing(with: 0, where: x .< -126)
}

/// Digits of base 3 of bytes that are fractions of 256: `⌊3 · frac(byte · power / 256)⌋`.
@inline(__always)
func ternaryDigits16(_ bytes: SIMD16<UInt32>, _ power: UInt32) -> SIMD16<UInt32> {
    let even = ((bytes & 0x00FF_00FF) &* power) & 0x00FF_00FF
    let odd = (((bytes &>> 8) & 0x00FF_00FF) &* power) & 0x00FF_00FF
    // At most 3 · 255 in sixteen bits: what passes is a digit.
    return ((even &* 3) &>> 8) & 0x00FF_00FF | (odd &* 3) & 0xFF00_FF00
}

/// Words of a table of eight-byte entries.
@inline(__always)
func gather16(_ table: UnsafeRawPointer, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
    var result = SIMD16<UInt32>()
    for row in 0..<16 { result[row] = (table + Int(indices[row]) &* 8).loadUnaligned(as: UInt32.self) }
    return result
}

/// What sums of key products start from, for a query whose codes have this sum.
@inline(__always)
func keySums16(_ sum: Int32) -> SIMD16<Int32> { SIMD16() }
