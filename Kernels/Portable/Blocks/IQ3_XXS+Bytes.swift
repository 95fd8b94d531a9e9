/// IQ3_XXS: 64 indices of four levels, then a word per group of 32: four times seven signs and s; `d/4 · (2s + 1)`.
@inline(__always)
func scalesIQ3_XXS(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.25)
    for group in 0..<8 { codes.set(scale: (block[16 &+ group] &>> 28) &<< 1 | 1, at: group) }
}

@inline(__always)
func unpackIQ3_XXS(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let word = block[16 &+ group]
    for l in 0..<4 {
        let signs = evenSigns(word &>> UInt32(7 * l))
        let indices = block[2 &* group &+ l / 2] &>> UInt32(l % 2 * 16)
        emit(2 * l, signed(gather16(grid, indices & 0xFF), signs))
        emit(2 * l + 1, signed(gather16(grid, byte(1, of: indices)), signs &>> 4))
    }
}
