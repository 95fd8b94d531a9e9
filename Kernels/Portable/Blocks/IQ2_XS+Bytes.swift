/// IQ2_XS: half words of a nine-bit index and seven signs, then sixteen s of four bits; `d/8 · (2s + 1)`.
@inline(__always)
func scalesIQ2_XS(_ block: BlockWords, _ codes: ByteCodes256) { setNibbleScales(block, from: 16, codes) }

/// Sixteen s of four bits, two to a byte, as IQ2_XS and IQ2_S have them.
@inline(__always)
func setNibbleScales(_ block: BlockWords, from first: Int, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.125)
    for half in 0..<2 {
        let word = block[first + half]
        for i in 0..<8 { codes.set(scale: ((word &>> UInt32(4 * i)) & 15) &<< 1 | 1, at: 8 &* half &+ i) }
    }
}

@inline(__always)
func unpackIQ2_XS(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    for l in 0..<2 {
        let half = (block[group] &>> UInt32(16 * l)) & 0xFFFF
        emitEight(grid, half & 511, signs: evenSigns(half &>> 9), at: l, emit)
    }
}
