/// IQ2_S: 32 low bytes of ten-bit indices, 32 bytes of signs, 8 of high bits, sixteen s of four bits;
/// `d/8 · (2s + 1)`.
@inline(__always)
func scalesIQ2_S(_ block: BlockWords, _ codes: ByteCodes256) { setNibbleScales(block, from: 18, codes) }

@inline(__always)
func unpackIQ2_S(_ block: BlockWords, _ group: Int, _ grid: UnsafeRawPointer, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    for l in 0..<2 {
        let entry = group &* 2 &+ l
        let high = (block.byte(64 &+ entry / 4) &>> UInt32(entry % 4 &* 2)) & 3
        emitEight(grid, block.byte(entry) | high &<< 8, signs: block.byte(32 &+ entry), at: l, emit)
    }
}
