/// NVFP4: word 0 holds a scale for each part of 16 columns, with four bits of exponent and three of mantissa. They become
/// those of a float by a shift, its exponent by multiplication, which also normalises subnormals. Half of the scale goes
/// with doubled values. NaN, all ones, is zero.
struct NVFP4Codes: ColumnCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>) {
        let bits = (block[0] &>> UInt32(truncatingIfNeeded: 8 &* part)) & 0x7F
        let isNumber = ((bits &+ 1) &>> 7) &- 1
        codes.set(d: unsafeBitCast((bits &<< 20) & isNumber, to: SIMD16<Float>.self) * 0x1p119)
    }

    /// NVFP4: low halves of a part's two words are its columns 0..<8, high halves 8..<16.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        for i in 0..<2 { emit(i, lookUp16(e2m1Levels, block[1 &+ 2 &* part &+ i] & 0x0F0F_0F0F)) }
        for i in 0..<2 { emit(2 + i, lookUp16(e2m1Levels, (block[1 &+ 2 &* part &+ i] &>> 4) & 0x0F0F_0F0F)) }
    }
}
