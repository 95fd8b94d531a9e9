import Quantization

/// IQ2_S in panels: sixteen s of four bits, then per 64 columns entries and two words of signs; `d/8 · (2s + 1)`.
struct IQ2_SCodes<Entries: EightLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = SplitCodebook.iq2_s.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) { setNibbleScales(block, from: 0, codes) }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let entries = splitEntries(block, part, from: 2, stride: 5, tables, Entries.self)
        let signs = block[5 &+ part / 2 &* 5 &+ part % 2]
        forEachWord { i in emit(i, entries.signed(i, signs)) }
    }
}

@inline(__always)
func multiplyIQ2_S<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<16>(), Signed(), IQ2_SCodes<Entries>())
}
