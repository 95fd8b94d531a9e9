/// TQ2_0: 128 columns share 32 bytes, 32 columns in each position; codes from −1.
struct TQ2_0Codes: GroupCodes {
    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) { setTernaryScales(block, codes) }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        forEachWord { i in
            let code = (block[part / 4 &* 8 &+ i] &>> UInt32(part % 4 &* 2)) & 0x0303_0303
            emit(i, code)
        }
    }
}

/// TQ1_0 and TQ2_0 have one scale.
@inline(__always)
func setTernaryScales(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale)
    for group in 0..<8 { codes.set(scale: SIMD16(repeating: 1), at: group) }
}
