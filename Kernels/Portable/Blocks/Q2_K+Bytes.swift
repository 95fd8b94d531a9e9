/// Q2_K: words 0..<4 hold scales and minima of sixteen groups, word 20 holds d and dmin.
struct Q2_KCodes: GroupCodes {
    static var cost: UnpackingCost { .low }

    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        for word in 0..<4 {
            let scales = block[word]
            for i in 0..<4 {
                let scale = byte(i, of: scales)
                codes.set(scale: scale & 15, at: 4 &* word &+ i)
                codes.set(minima: scale &>> 4, at: 4 &* word &+ i)
            }
        }
        codes.set(d: floats(half: block[20]))
        codes.set(minimumScale: floats(half: block[20] &>> 16) * 0x1p-5)
    }

    /// Q2_K: 128 columns share 32 bytes, 32 columns in each position.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        forEachWord { i in emit(i, twoBits(block, from: 4, part, i)) }
    }
}

/// Two bits of columns 4i..<4i + 4 of 32, in the order that Q2_K and Q3_K share.
@inline(__always)
func twoBits(_ block: BlockWords, from first: Int, _ part: Int, _ i: Int) -> SIMD16<UInt32> {
    (block[first &+ part / 4 &* 8 &+ i] &>> UInt32(part % 4 &* 2)) & 0x0303_0303
}
