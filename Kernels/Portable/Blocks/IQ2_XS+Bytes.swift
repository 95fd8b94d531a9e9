import Quantization

/// IQ2_XS in panels: sixteen s of four bits, then per group of 32 a word of four low bytes of indices and one of four
/// times seven signs and four ninth bits; `d/8 · (2s + 1)`.
struct IQ2_XSCodes<Entries: EightLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = CodebookGrid.iq2_xs.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) { setNibbleScales(block, from: 0, codes) }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let high = block[2 &* part &+ 3]
        let entries = Entries(tables, block[2 &* part &+ 2], ninths: high)
        let signs = Entries.evenSigns(high, tables)
        forEachWord { i in emit(i, entries.signed(i, signs)) }
    }
}

@inline(__always)
func multiplyIQ2_XS<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<16>(), Signed(), IQ2_XSCodes<Entries>())
}

/// Sixteen s of four bits, two to a byte, as IQ2_XS and IQ2_S have them.
@inline(__always)
func setNibbleScales(_ block: BlockWords, from first: Int, _ codes: ByteCodes256) {
    codes.set(d: block.scale * 0.125)
    for half in 0..<2 {
        let word = block[first + half]
        for i in 0..<8 { codes.set(scale: ((word &>> UInt32(4 * i)) & 15) &<< 1 | 1, at: 8 &* half &+ i) }
    }
}
