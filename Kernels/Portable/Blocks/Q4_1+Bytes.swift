/// Q4_1: word 0 holds d and m.
struct Q4_1Codes: ColumnCodes {
    @inline(__always)
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>) {
        codes.set(d: floats(half: block[0]), minimum: floats(half: block[0] &>> 16))
    }

    /// Q4_1: low halves of words 1..<5 are columns 0..<16, high halves 16..<32.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        for i in 0..<4 { emit(i, block[1 + i] & 0x0F0F_0F0F) }
        for i in 0..<4 { emit(4 + i, (block[1 + i] &>> 4) & 0x0F0F_0F0F) }
    }
}
