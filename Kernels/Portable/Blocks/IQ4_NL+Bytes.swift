/// IQ4_NL: words as Q4_0's, whose codes stand for levels.
struct IQ4_NLCodes: ColumnCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        unpackLevels(block, from: 0, iq4Levels, emit)
    }
}

/// What the sixteen codes of IQ4_NL and IQ4_XS stand for, plus 128.
var iq4Levels: SIMD16<UInt8> { SIMD16(1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241) }

/// 32 codes of four bits that stand for the entries of a table.
@inline(__always)
func unpackLevels(
    _ block: BlockWords, from first: Int, _ levels: SIMD16<UInt8>, _ emit: (Int, SIMD16<UInt32>) -> Void
) {
    for i in 0..<4 { emit(i, lookUp16(levels, block[first &+ i] & 0x0F0F_0F0F)) }
    for i in 0..<4 { emit(4 + i, lookUp16(levels, (block[first &+ i] &>> 4) & 0x0F0F_0F0F)) }
}
