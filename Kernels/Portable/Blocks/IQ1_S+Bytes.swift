import Quantization

/// IQ1_S in panels: four bits per group of 32, s and a sign, then entries. Levels are numbers less one, so
/// `w = d·(2s + 1)·number − d/8·(2s + 1)·(8 ∓ 1)`.
struct IQ1_SCodes<Entries: EightLevelEntries>: GroupCodes {
    static var cost: UnpackingCost { .high }
    private let tables = SplitCodebook.iq1.tables

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: block.scale)
        codes.set(minimumScale: block.scale * 0.125)
        let word = block[0]
        for pair in 0..<4 {
            var minima = SIMD16<UInt32>(repeating: 0)
            for i in 0..<2 {
                let bits = word &>> UInt32(8 * pair + 4 * i)
                let scale = (bits & 7) &<< 1 | 1
                codes.set(scale: scale, at: 2 * pair + i)
                minima |= (scale &* (((bits &>> 3) & 1) &<< 1 &+ 7)) &<< UInt32(16 * i)
            }
            codes.set(minima: minima, at: pair)
        }
    }

    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let entries = splitEntries(block, part, from: 1, stride: 3, tables, Entries.self)
        forEachWord { i in emit(i, entries.ternary(i)) }
    }
}

@inline(__always)
func multiplyIQ1_S<Entries: EightLevelEntries>(_ product: MatrixProduct, _: Entries.Type) {
    multiply(product, Groups<32>(), WithMinimum(), IQ1_SCodes<Entries>())
}
