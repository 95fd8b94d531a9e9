/// Q5_K: word 0 holds d and dmin, words 1..<4 scales and minima as in Q4_K.
struct Q5_KCodes: GroupCodes {
    @inline(__always)
    func scales(_ block: BlockWords, _ codes: ByteCodes256) {
        codes.set(d: floats(half: block[0]))
        codes.set(minimumScale: floats(half: block[0] &>> 16))
        let (a, b, c) = (block[1], block[2], block[3])
        setScales(a & 0x3F3F_3F3F, b & 0x3F3F_3F3F, from: 0, in: codes)
        setScales(
            c & 0x0F0F_0F0F | ((a &>> 6) & 0x0303_0303) &<< 4,
            (c &>> 4) & 0x0F0F_0F0F | ((b &>> 6) & 0x0303_0303) &<< 4,
            from: 4, in: codes)
    }

    /// Q5_K: words 4..<12 hold fifth bits, bit g of byte l for column l of group g; then low halves, two groups of 32 to
    /// a run of 32 bytes.
    @inline(__always)
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
        forEachWord { i in
            let low = (block[12 &+ part / 2 &* 8 &+ i] &>> UInt32(part % 2 &* 4)) & 0x0F0F_0F0F
            emit(i, low | ((block[4 + i] &>> UInt32(part)) & 0x0101_0101) &<< 4)
        }
    }
}

/// Four groups' scales and minima, a byte each.
@inline(__always)
private func setScales(_ scales: SIMD16<UInt32>, _ minima: SIMD16<UInt32>, from first: Int, in codes: ByteCodes256) {
    for i in 0..<4 { codes.set(scale: byte(i, of: scales), at: first + i) }
    codes.set(minima: minima & 0xFF | (minima & 0xFF00) &<< 8, at: first / 2)
    codes.set(minima: (minima &>> 16) & 0xFF | (minima &>> 8) & 0x00FF_0000, at: first / 2 + 1)
}
