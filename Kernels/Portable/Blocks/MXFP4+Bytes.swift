/// MXFP4: the head is a power of two, an exponent as a float has it; half of it goes with doubled values.
struct MXFP4Codes: ColumnCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>) {
        var exponents = SIMD16<UInt32>()
        for row in 0..<16 { exponents[row] = UInt32((block.head + row).load(as: UInt8.self)) }
        // Halves of the two least powers are subnormal.
        let isZero = (exponents &- 1) &>> 31
        let isSmall = (exponents &- 2) &>> 31
        let bits = (exponents &- 1 &+ isZero) &<< 23 | (isSmall &<< 22) &>> isZero
        codes.set(d: unsafeBitCast(bits, to: SIMD16<Float>.self))
    }

    /// MXFP4: words as Q4_0's, whose codes stand for values, from −16.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        unpackLevels(block, from: 0, e2m1Levels, emit)
    }
}

/// Twice the sixteen values of a 4-bit float, plus 16.
var e2m1Levels: SIMD16<UInt8> { SIMD16(16, 17, 18, 19, 20, 22, 24, 28, 16, 15, 14, 13, 12, 10, 8, 4) }
