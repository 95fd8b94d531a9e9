/// Q3_K: sixteen scales of six bits, from −32.
struct Q3_KCodes: GroupCodes {
    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: block.scale)
        for word in 0..<4 {
            let scales = scaleBytesQ3_K(block, word)
            for i in 0..<4 { codes.set(scale: byte(i, of: scales) &- 32, at: 4 &* word &+ i) }
        }
    }

    /// Q3_K: words 3..<11 hold third bits, bit n of byte l for column 32n + l; then two bits of each code as in Q2_K;
    /// codes from −4.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        let turn = UInt32(truncatingIfNeeded: 2 &- part) & 31
        forEachWord { i in
            // Bit `part` of every byte to bit 2.
            let third = block[3 + i] &<< turn | block[3 + i] &>> (0 &- turn & 31)
            emit(i, twoBits(block, from: 11, part, i) | third & 0x0404_0404)
        }
    }
}

/// Four scales of Q3_K, plus 32. In panels words 0 and 1 hold four bits of each, two to a byte, word 2 the upper bits.
@inline(__always)
func scaleBytesQ3_K(_ block: BlockWords, _ word: Int) -> SIMD16<UInt32> {
    let low = block[word & 1] &>> UInt32(truncatingIfNeeded: word / 2 &* 4)
    let upper = block[2] &>> UInt32(truncatingIfNeeded: word &* 2)
    return low & 0x0F0F_0F0F | (upper & 0x0303_0303) &<< 4
}
