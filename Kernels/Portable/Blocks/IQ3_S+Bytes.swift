/// IQ3_S: 64 low bytes of nine-bit indices of four levels, 8 bytes of ninth bits, 32 of signs, eight s of four
/// bits; `d · (2s + 1)`.
@inline(__always)
func scalesIQ3_S(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale)
    for group in 0..<8 { codes.set(scale: ((block[26] &>> UInt32(4 * group)) & 15) &<< 1 | 1, at: group) }
}

@inline(__always)
func unpackIQ3_S(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let ninth = block.byte(64 &+ group)
    let signs = block[18 &+ group]
    for l in 0..<8 {
        let low = byte(l % 4, of: block[2 &* group &+ l / 4])
        let index = low | ((ninth &>> UInt32(l)) & 1) &<< 8
        emit(l, signed(gather16(grid, index), signs &>> UInt32(4 * l)))
    }
}
