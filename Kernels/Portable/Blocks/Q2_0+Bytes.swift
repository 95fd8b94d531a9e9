/// Q2_0: a byte holds four columns, codes from −1.
struct Q2_0Codes: ColumnCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        forEachWord { i in
            let word = block[2 &* part &+ i / 4]
            emit(i, bytes(pairs: word &>> UInt32(i % 4 * 8)) &+ 0x7F7F_7F7F)
        }
    }
}
