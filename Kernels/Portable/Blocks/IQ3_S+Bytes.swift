import Quantization

/// IQ3_S: 64 low bytes of nine-bit indices of four levels, 8 bytes of ninth bits, 32 of signs, eight s of four
/// bits; `d · (2s + 1)`.
@inline(__always)
func scalesIQ3_S(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale)
    for group in 0..<8 { codes.set(scale: ((block[26] &>> UInt32(4 * group)) & 15) &<< 1 | 1, at: group) }
}

@inline(__always)
func multiplyIQ3_S<Entries: FourLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    let tables = CodebookGrid.iq3_s.tables
    multiply(product, Groups<32>(), Signed(), scalesIQ3_S) { block, part, emit in
        let ninths = block.byte(64 &+ part)
        let entries = Entries(tables, block[2 &* part], block[2 &* part &+ 1], ninths: ninths)
        let signs = block[18 &+ part]
        for i in 0..<8 { emit(i, entries.signed(i, signs)) }
    }
}
