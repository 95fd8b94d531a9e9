/// TQ1_0: a byte holds five digits of base 3 as a fraction of 256: times 3ⁿ (what passes 256 falls away), then times 3,
/// the digit is what passes 256. 32 bytes, then 16, of five digits, then 4 of four: groups 0..<5 are the digits of
/// the first run, 5 and 6 and half of 7 pairs of the second's, the last half the third's; codes from −1.
@inline(__always)
func unpackTQ1_0(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    if part < 5 {
        forEachWord { i in emit(i, digits(block[i], power(part))) }
        return
    }
    let first = 2 &* (part &- 5)
    for i in 0..<4 { emit(i, digits(block[8 + i], power(first))) }
    if part < 7 {
        for i in 0..<4 { emit(4 + i, digits(block[8 + i], power(first &+ 1))) }
    } else {
        for i in 0..<4 { emit(4 + i, digits(block[12], power(i))) }
    }
}

/// 3ⁿ, n in 0..<5.
@inline(__always)
private func power(_ n: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: (0x51_1B09_0301 as UInt64) &>> UInt64(8 &* n)) & 0xFF
}

/// A digit of four bytes.
@inline(__always)
private func digits(_ word: SIMD16<UInt32>, _ power: UInt32) -> SIMD16<UInt32> {
    let even = ((word & 0x00FF_00FF) &* power) & 0x00FF_00FF
    let odd = (((word &>> 8) & 0x00FF_00FF) &* power) & 0x00FF_00FF
    // At most 3 · 255 in sixteen bits: what passes is a digit.
    return ((even &* 3) &>> 8) & 0x00FF_00FF | (odd &* 3) & 0xFF00_FF00
}
