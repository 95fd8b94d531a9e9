/// Q5_1: word 0 holds d and m, word 1 the fifth bits.
struct Q5_1Codes: ColumnCodes {
    @inline(__always)
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>) {
        Q4_1Codes().scales(block, part, codes)
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        unpackFiveBits(block, from: 1, emit)
    }
}
