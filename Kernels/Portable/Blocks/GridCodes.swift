// What the types with codebooks share: an entry is four or eight small levels, found by its number.

/// Levels of sixteen rows' entries, negated where a sign bit (0..<4) is set, plus 128. No level is zero.
@inline(__always)
func signed(_ levels: SIMD16<UInt32>, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let minus = bytes(bits: signs)
    let mask = (minus &<< 8) &- minus
    return ((levels ^ mask) &+ minus) ^ 0x8080_8080
}

/// Eight signs behind seven bits: the last makes the number of minuses even.
@inline(__always)
func evenSigns(_ bits: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let seven = bits & 127
    let four = seven ^ seven &>> 4
    let two = four ^ four &>> 2
    return seven | ((two ^ two &>> 1) & 1) &<< 7
}

/// An entry of eight levels with its signs.
///
/// - Parameter entry: within the group.
@inline(__always)
func emitEight(
    _ grid: UnsafeRawPointer, _ index: SIMD16<UInt32>, signs: SIMD16<UInt32>, at entry: Int,
    _ emit: (Int, SIMD16<UInt32>) -> Void
) {
    emit(2 * entry, signed(gather16(grid, index), signs))
    emit(2 * entry + 1, signed(gather16(grid + 4, index), signs &>> 4))
}

/// An entry of IQ1_S and IQ1_M in eighths: levels −1, 0, 1 plus or minus an eighth.
///
/// - Parameter sign: bit 0 is set for minus.
@inline(__always)
func emitEighths(
    _ grid: UnsafeRawPointer, _ index: SIMD16<UInt32>, sign: SIMD16<UInt32>, at entry: Int,
    _ emit: (Int, SIMD16<UInt32>) -> Void
) {
    let offset = SIMD16(repeating: 0x0101_0101 as UInt32) &- (sign & 1) &* 0x0202_0202
    for half in 0..<2 {
        let levels = (gather16(grid + half * 4, index) &<< 3) & 0xF8F8_F8F8
        emit(2 * entry + half, (levels ^ 0x8080_8080) &+ offset)
    }
}
