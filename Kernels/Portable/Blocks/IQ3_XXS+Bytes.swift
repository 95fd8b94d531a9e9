import Quantization

/// IQ3_XXS: 64 indices of four levels, then a word per group of 32: four times seven signs and s; `d/4 · (2s + 1)`.
@inline(__always)
func scalesIQ3_XXS(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.25)
    for group in 0..<8 { codes.set(scale: (block[16 &+ group] &>> 28) &<< 1 | 1, at: group) }
}

@inline(__always)
func multiplyIQ3_XXS<Entries: FourLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    let tables = CodebookGrid.iq3_xxs.tables
    multiply(product, Groups<32>(), Signed(), scalesIQ3_XXS) { block, part, emit in
        let entries = Entries(tables, block[2 &* part], block[2 &* part &+ 1])
        let signs = Entries.evenSigns(block[16 &+ part], tables)
        for i in 0..<8 { emit(i, entries.signed(i, signs)) }
    }
}
