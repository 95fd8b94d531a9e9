/// IQ4_XS: word 0 holds d and the upper two bits of eight scales, word 1 their low halves; scales from −32.
struct IQ4_XSCodes: GroupCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: floats(half: block[0]))
        let (low, upper) = (block[1], block[0] &>> 16)
        for group in 0..<8 {
            let scale = (low &>> UInt32(group * 4)) & 15 | ((upper &>> UInt32(group * 2)) & 3) &<< 4
            codes.set(scale: scale &- 32, at: group)
        }
    }

    /// IQ4_XS: codes as in IQ4_NL, four words to a group of 32.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        unpackLevels(block, from: 2 &+ 4 &* part, iq4Levels, emit)
    }
}
