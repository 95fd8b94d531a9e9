// What differs between instruction sets in the text of `Vector/`: here for any CPU of the baseline.

/// `a · b + c`, rounded twice: a fused one is a library call without the instruction.
@inline(__always)
func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> { a * b + c }

/// Sixteen half-precision numbers as float32, exact.
@inline(__always)
func loadHalf16(_ p: UnsafeRawPointer) -> SIMD16<Float> {
    let pairs = p.loadUnaligned(as: SIMD8<UInt32>.self)
    var bits = SIMD16<UInt32>()
    bits.evenHalf = pairs & 0xFFFF
    bits.oddHalf = pairs &>> 16
    return floats(half: bits)
}

/// The nearest half-precision numbers, ties to even; overflow becomes infinity, NaN stays NaN.
@inline(__always)
func storeHalf16(_ value: SIMD16<Float>, to p: UnsafeMutableRawPointer) {
    let pattern = unsafeBitCast(value, to: SIMD16<UInt32>.self)
    let magnitude = pattern & 0x7FFF_FFFF
    let normal = (magnitude &+ 0xFFF &+ ((magnitude &>> 13) & 1) &- 0x3800_0000) &>> 13
    // Adding 0.5 leaves the rounded mantissa of a subnormal in the low bits.
    let shifted = unsafeBitCast(magnitude, to: SIMD16<Float>.self) + 0.5
    let subnormal = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- 0x3F00_0000
    let half = normal.replacing(with: subnormal, where: magnitude .< 0x3880_0000)
        .replacing(with: 0x7C00, where: magnitude .>= 0x4780_0000)
        .replacing(with: 0x7E00, where: magnitude .> 0x7F80_0000)
    let bits = half | ((pattern &>> 16) & 0x8000)
    for lane in 0..<16 { (p + 2 * lane).storeBytes(of: UInt16(truncatingIfNeeded: bits[lane]), as: UInt16.self) }
}

/// The entries of a table that bytes 0..<16 number.
@inline(__always)
func lookUp16(_ table: SIMD16<UInt8>, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let (low, high) = (indices.lowHalf, indices.highHalf)
    return SIMD16(
        lowHalf: SIMD8(lowHalf: lookUp(table, low.lowHalf), highHalf: lookUp(table, low.highHalf)),
        highHalf: SIMD8(lowHalf: lookUp(table, high.lowHalf), highHalf: lookUp(table, high.highHalf)))
}

/// The same for a register: each bit of the numbers halves what is left to choose from.
@inline(__always)
private func lookUp(_ table: SIMD16<UInt8>, _ indices: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var eight = InlineArray<8, SIMD4<UInt32>>(repeating: SIMD4())
    var four = InlineArray<4, SIMD4<UInt32>>(repeating: SIMD4())
    for i in 0..<8 { eight[i] = choose(splat(table[2 * i]), splat(table[2 * i + 1]), byBit: 0, of: indices) }
    for i in 0..<4 { four[i] = choose(eight[2 * i], eight[2 * i + 1], byBit: 1, of: indices) }
    let low = choose(four[0], four[1], byBit: 2, of: indices)
    let high = choose(four[2], four[3], byBit: 2, of: indices)
    return choose(low, high, byBit: 3, of: indices)
}

/// A byte in all places.
@inline(__always)
private func splat(_ byte: UInt8) -> SIMD4<UInt32> { SIMD4(repeating: UInt32(byte) &* 0x0101_0101) }

/// Bytes of `b` where those of `indices` have the bit, of `a` elsewhere.
@inline(__always)
private func choose(
    _ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>, byBit bit: UInt32, of indices: SIMD4<UInt32>
) -> SIMD4<UInt32> {
    let bits = (indices &>> bit) & 0x0101_0101
    return a ^ ((a ^ b) & ((bits &<< 8) &- bits))
}

/// The low bytes of integers.
@inline(__always)
func lowBytes16(_ v: SIMD16<Int32>) -> SIMD16<UInt8> {
    var result = SIMD16<UInt8>()
    for lane in 0..<16 { result[lane] = UInt8(truncatingIfNeeded: v[lane]) }
    return result
}

/// Floats nearest to any integers, whose halves are exact.
@inline(__always)
func floats16(_ v: SIMD16<Int32>) -> SIMD16<Float> { floats(v &>> 16) * 65536 + floats(v & 0xFFFF) }

/// Adds four products a lane: codes of keys, top bits flipped, and a query's four codes.
@inline(__always)
func addKeyProducts16(_ sums: SIMD16<Int32>, _ keys: SIMD16<UInt32>, _ query: UInt32) -> SIMD16<Int32> {
    var sums = sums
    FourBytes(flipped: keys).addDot(FourBytes(flipped: SIMD16(repeating: query ^ 0x8080_8080)), to: &sums)
    return sums
}

/// Adds four products a lane: codes of values, and four weights 0...255.
@inline(__always)
func addValueProducts16(_ sums: SIMD16<Int32>, _ values: SIMD16<UInt32>, _ weights: UInt32) -> SIMD16<Int32> {
    var sums = sums
    let values = FourBytes(flipped: values ^ 0x8080_8080)
    FourBytes(unsigned: SIMD16(repeating: weights)).addWideDot(values, to: &sums)
    return sums
}

/// Register tile of matrix products: with four SSE registers to sixteen rows, more sums than two tokens' do not stay in
/// registers.
typealias WideTile = Tokens<2>
/// Register tile of attention: two queries, one vector.
typealias QueryTileWidth = Lanes<2>
typealias VectorTileWidth = Lanes<1>
