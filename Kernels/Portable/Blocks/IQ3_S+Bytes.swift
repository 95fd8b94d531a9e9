import Quantization

/// IQ3_S in panels: eight s of four bits, 8 bytes of ninth bits of indices, then per group of 32 two words of eight
/// indices of four levels and one of signs; `d · (2s + 1)`.
struct IQ3_SCodes<Entries: FourLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = CodebookGrid.iq3_s.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: block.scale)
        for group in 0..<8 { codes.set(scale: ((block[0] &>> UInt32(4 * group)) & 15) &<< 1 | 1, at: group) }
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let ninths = block.byte(4 &+ part)
        let entries = Entries(tables, block[3 &* part &+ 3], block[3 &* part &+ 4], ninths: ninths)
        let signs = block[3 &* part &+ 5]
        forEachWord { i in emit(i, entries.signed(i, signs)) }
    }
}

@inline(__always)
func multiplyIQ3_S<Entries: FourLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<32>(), Signed(), IQ3_SCodes<Entries>())
}
