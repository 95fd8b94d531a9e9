/// Q5_0: word 0 holds the fifth bit of every column, then as Q4_1; codes from −16.
struct Q5_0Codes: ColumnCodes {
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        unpackFiveBits(block, from: 0, emit)
    }
}

/// The codes of Q5_0 and Q5_1, whose fifth bits are word `first`.
@inline(__always)
func unpackFiveBits(_ block: BlockWords, from first: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let fifths = block[first]
    for i in 0..<4 {
        emit(i, block[first + 1 + i] & 0x0F0F_0F0F | bytes(bits: fifths &>> UInt32(4 * i)) &<< 4)
    }
    for i in 0..<4 {
        emit(4 + i, (block[first + 1 + i] &>> 4) & 0x0F0F_0F0F | bytes(bits: fifths &>> UInt32(16 + 4 * i)) &<< 4)
    }
}
