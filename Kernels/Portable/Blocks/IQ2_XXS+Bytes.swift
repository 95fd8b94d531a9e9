/// IQ2_XXS: a group of 32 has a word of four indices and one of four times seven signs and s; `d/8 · (2s + 1)`.
@inline(__always)
func scalesIQ2_XXS(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.125)
    for group in 0..<8 { codes.set(scale: (block[2 &* group &+ 1] &>> 28) &<< 1 | 1, at: group) }
}

@inline(__always)
func unpackIQ2_XXS(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let signs = block[2 &* group &+ 1]
    for l in 0..<4 {
        let index = byte(l, of: block[2 &* group])
        emitEight(grid, index, signs: evenSigns(signs &>> UInt32(7 * l)), at: l, emit)
    }
}
