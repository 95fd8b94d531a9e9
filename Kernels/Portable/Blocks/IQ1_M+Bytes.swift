import Quantization

/// IQ1_M in panels: a word of entries' signs, four half words, each four s of three bits and four bits of d, then
/// entries; `d/8 · (2s + 1)` times eighths.
struct IQ1_MCodes<Entries: EightLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = SplitCodebook.iq1.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        var d = SIMD16<UInt32>(repeating: 0)
        for i in 0..<4 {
            let half = block.half(2 &+ i)
            d |= (half &>> 12) &<< UInt32(4 * i)
            for j in 0..<4 { codes.set(scale: ((half &>> UInt32(3 * j)) & 7) &<< 1 | 1, at: 4 &* i &+ j) }
        }
        codes.set(d: floats(half: d) * 0.125)
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let entries = splitEntries(block, part, from: 3, stride: 3, tables, Entries.self)
        let minus = block[0] &>> UInt32(4 &* part)
        forEachWord { i in emit(i, entries.eighths(i, minus)) }
    }
}

@inline(__always)
func multiplyIQ1_M<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<16>(), Signed(), IQ1_MCodes<Entries>())
}
