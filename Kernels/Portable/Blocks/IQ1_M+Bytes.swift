/// IQ1_M: 32 low bytes of eleven-bit indices, 16 of two times three high bits and a sign, then four half words, each
/// four s of three bits and four bits of d; `d/8 · (2s + 1)` times eighths.
@inline(__always)
func scalesIQ1_M(_ block: BlockWords, _ codes: ByteCodes256) {
    var d = SIMD16<UInt32>(repeating: 0)
    for i in 0..<4 {
        let half = block.half(24 &+ i)
        d |= (half &>> 12) &<< UInt32(4 * i)
        for j in 0..<4 { codes.set(scale: ((half &>> UInt32(3 * j)) & 7) &<< 1 | 1, at: 4 &* i &+ j) }
    }
    codes.set(d: floats(half: d) * 0.125)
}

@inline(__always)
func unpackIQ1_M(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let high = block.byte(32 &+ group)
    for l in 0..<2 {
        let bits = high &>> UInt32(4 * l)
        emitEighths(grid, block.byte(group &* 2 &+ l) | (bits & 7) &<< 8, sign: bits &>> 3, at: l, emit)
    }
}
