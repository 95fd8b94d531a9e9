/// Q3_K: in panels words 0..<3 hold sixteen scales of six bits, from −32: two of four bits to a byte, then upper bits.
@inline(__always)
func scalesQ3_K(_ block: BlockWords, _ codes: ByteCodes256) {
    codes.set(d: block.scale)
    let (a, b, upper) = (block[0], block[1], block[2])
    setScales(a, upper, from: 0, in: codes)
    setScales(b, upper &>> 2, from: 4, in: codes)
    setScales(a &>> 4, upper &>> 4, from: 8, in: codes)
    setScales(b &>> 4, upper &>> 6, from: 12, in: codes)
}

/// Four scales: four bits of each from one word, two from another.
@inline(__always)
private func setScales(_ low: SIMD16<UInt32>, _ upper: SIMD16<UInt32>, from first: Int, in codes: ByteCodes256) {
    let scales = low & 0x0F0F_0F0F | (upper & 0x0303_0303) &<< 4
    for i in 0..<4 { codes.set(scale: byte(i, of: scales) &- 32, at: first + i) }
}

/// Q3_K: words 3..<11 hold third bits, bit n of byte l for column 32n + l; then two bits of each code as in Q2_K;
/// codes from −4.
@inline(__always)
func unpackQ3_K(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    let turn = UInt32(truncatingIfNeeded: 2 &- part) & 31
    forEachWord { i in
        // Bit `part` of every byte to bit 2.
        let third = block[3 + i] &<< turn | block[3 + i] &>> (0 &- turn & 31)
        emit(i, twoBits(block, from: 11, part, i) | third & 0x0404_0404)
    }
}
