import Quantization

/// IQ2_S in panels: 48 bytes of entries, 32 of signs, sixteen s of four bits; `d/8 · (2s + 1)`.
@inline(__always)
func scalesIQ2_S(_ block: BlockWords, _ codes: ByteCodes256) { setNibbleScales(block, from: 20, codes) }

@inline(__always)
func multiplyIQ2_S<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    let tables = SplitCodebook.iq2_s.tables
    multiply(product, Groups<16>(), Signed(), scalesIQ2_S) { block, part, emit in
        let entries = splitEntries(block, part, tables, Entries.self)
        let signs = block[12 &+ part]
        for i in 0..<8 { emit(i, entries.signed(i, signs)) }
    }
}
