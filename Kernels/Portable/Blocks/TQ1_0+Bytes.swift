/// TQ1_0: a byte holds five digits of base 3 as a fraction of 256: times 3ⁿ (what passes 256 falls away), then times 3,
/// the digit is what passes 256. 32 bytes, then 16, of five digits, then 4 of four: groups 0..<5 are the digits of
/// the first run, 5 and 6 and half of 7 pairs of the second's, the last half the third's; codes from −1.
struct TQ1_0Codes: GroupCodes {
    static var cost: UnpackingCost { .high }

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) { setTernaryScales(block, codes) }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        if part < 5 {
            forEachWord { i in emit(i, ternaryDigits16(block[i], power(part))) }
            return
        }
        let first = 2 &* (part &- 5)
        for i in 0..<4 { emit(i, ternaryDigits16(block[8 + i], power(first))) }
        if part < 7 {
            for i in 0..<4 { emit(4 + i, ternaryDigits16(block[8 + i], power(first &+ 1))) }
        } else {
            for i in 0..<4 { emit(4 + i, ternaryDigits16(block[12], power(i))) }
        }
    }
}

/// 3ⁿ, n in 0..<5.
@inline(__always)
private func power(_ n: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: (0x51_1B09_0301 as UInt64) &>> UInt64(8 &* n)) & 0xFF
}
