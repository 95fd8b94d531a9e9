/// IQ1_S: 32 low bytes of eleven-bit indices, then a half word per group of 32: four times three high bits, s and
/// the sign; `d/8 · (2s + 1)` times eighths.
@inline(__always)
func scalesIQ1_S(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.125)
    for group in 0..<8 { codes.set(scale: ((block.half(16 &+ group) &>> 12) & 7) &<< 1 | 1, at: group) }
}

@inline(__always)
func unpackIQ1_S(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let word = block.half(16 &+ group)
    for l in 0..<4 {
        let index = byte(l, of: block[group]) | ((word &>> UInt32(3 * l)) & 7) &<< 8
        emitEighths(grid, index, sign: word &>> 15, at: l, emit)
    }
}
