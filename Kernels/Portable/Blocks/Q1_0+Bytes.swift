/// Q1_0: word `part` holds a bit of each of 32 columns, one for d and zero for −d.
struct Q1_0Codes: ColumnCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let word = block[part]
        forEachWord { i in emit(i, bytes(bits: word &>> UInt32(4 * i)) &<< 1 &+ 0x7F7F_7F7F) }
    }
}
