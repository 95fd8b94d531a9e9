import Quantization

/// IQ2_XXS: a group of 32 has a word of four indices and one of four times seven signs and s; `d/8 · (2s + 1)`.
struct IQ2_XXSCodes<Entries: EightLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = CodebookGrid.iq2_xxs.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: block.scale * 0.125)
        for group in 0..<8 { codes.set(scale: (block[2 &* group &+ 1] &>> 28) &<< 1 | 1, at: group) }
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let numbers = block[2 &* part]
        let entries = Entries(tables, first: numbers, second: numbers)
        let signs = Entries.evenSigns(block[2 &* part &+ 1], tables)
        forEachWord { i in emit(i, entries.signed(i, signs)) }
    }
}

@inline(__always)
func multiplyIQ2_XXS<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<32>(), Signed(), IQ2_XXSCodes<Entries>())
}
