import Quantization

/// IQ3_XXS in panels: per group of 32 two words of eight indices of four levels and one of four times seven signs and
/// s; `d/4 · (2s + 1)`.
struct IQ3_XXSCodes<Entries: FourLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = CodebookGrid.iq3_xxs.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: block.scale * 0.25)
        for group in 0..<8 { codes.set(scale: (block[3 &* group &+ 2] &>> 28) &<< 1 | 1, at: group) }
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let entries = Entries(tables, block[3 &* part], block[3 &* part &+ 1])
        let signs = Entries.evenSigns(block[3 &* part &+ 2], tables)
        forEachWord { i in emit(i, entries.signed(i, signs)) }
    }
}

@inline(__always)
func multiplyIQ3_XXS<Entries: FourLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<32>(), Signed(), IQ3_XXSCodes<Entries>())
}
