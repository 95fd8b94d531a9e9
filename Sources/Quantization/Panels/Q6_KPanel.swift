/// Q6_K: block pairs; the values of a block of 256 columns are
///
/// | bytes | part |
/// |---|---|
/// | 256 | scales `[16 groups][16 rows]`, signed bytes |
/// | 3072 | per group of 16 columns: low four bits `[2][16 rows][4]`, then upper two bits `[16 rows][4]` |
///
/// Word `i` of the low bits holds columns 8i..<8i + 4 of the group in its low and the next four in its high
/// halves; the word of upper bits holds columns 4g..<4g + 4 in bits 2g and 2g + 1 of its bytes.
struct Q6_KPanel: PanelLayout {
    let type = QuantizationType.q6_K

    private static let blocks = BlockPairs(valueBytes: 3328)
    private static let low4: UInt32 = 0x0F0F_0F0F
    private static let low2: UInt32 = 0x0303_0303

    func byteCount(columns: Int) -> Int { Self.blocks.byteCount(blocks: columns / 256) }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let count = source.columns / 256
        if count & 1 == 1 { unsafe clearPanel(panel + Self.blocks.scales(count), 32, unless: false) }
        source.withAllRows(bytesPerRow: count * 210) { source in
            for index in 0..<count {
                let first = unsafe source.base + index &* 210
                let values = unsafe panel + Self.blocks.values(index)
                for row in 0..<rowsPerPanel {
                    let block = unsafe first + row &* source.rowStride
                    unsafe panel.set(word16: block.word16(at: 208), at: Self.blocks.scales(index) &+ row &* 2)
                    for group in 0..<16 {
                        let scale = unsafe block.load(fromByteOffset: 192 &+ group, as: UInt8.self)
                        unsafe values.storeBytes(of: scale, toByteOffset: group &* 16 &+ row, as: UInt8.self)
                    }
                }
                for run in 0..<4 { unsafe pack(run, of: first, rowStride: source.rowStride, into: values + 256) }
            }
        }
    }

    /// Sixteen bytes of upper bits are those of four groups, and their low bits lie in two runs of sixteen bytes.
    ///
    /// - Parameter run: which of the four runs of upper bits, two for each half of the block.
    private func pack(_ run: Int, of first: UnsafeRawPointer, rowStride: Int, into groups: UnsafeMutableRawPointer) {
        let words = CodeWords(run >> 1 &* 8 &+ run & 1)
        let upper = unsafe WordLines(first + words.upper, rowStride: rowStride)
        let even = unsafe WordLines(first + words.low, rowStride: rowStride)
        let odd = unsafe WordLines(first + words.low + 32, rowStride: rowStride)
        for quarter in 0..<4 {
            let low = quarter & 1 == 0 ? even : odd
            let shift = UInt32(quarter >> 1 &* 4)
            let target = unsafe groups + (run >> 1 &* 8 &+ quarter &* 2 &+ run & 1) &* 192
            unsafe target.storeBytes(of: Self.low(low.line0, low.line1, shift), as: SIMD16<UInt32>.self)
            unsafe target.storeBytes(
                of: Self.low(low.line2, low.line3, shift), toByteOffset: 64, as: SIMD16<UInt32>.self)
            unsafe target.storeBytes(
                of: Self.upper(upper, UInt32(quarter &* 2)), toByteOffset: 128, as: SIMD16<UInt32>.self)
        }
    }

    /// Four bits of the bytes of one line in the low and of another in the high halves.
    @inline(__always)
    private static func low(
        _ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>, _ shift: UInt32
    ) -> SIMD16<UInt32> {
        let low = SIMD16(repeating: low4)
        let bits = SIMD16(repeating: shift)
        return (a &>> bits) & low | ((b &>> bits) & low) &<< SIMD16(repeating: 4)
    }

    /// Two bits of the bytes of four lines.
    @inline(__always)
    private static func upper(_ lines: WordLines, _ shift: UInt32) -> SIMD16<UInt32> {
        let low = SIMD16(repeating: low2)
        let bits = SIMD16(repeating: shift)
        let (a, b) = ((lines.line0 &>> bits) & low, ((lines.line1 &>> bits) & low) &<< SIMD16(repeating: 2))
        let c = ((lines.line2 &>> bits) & low) &<< SIMD16(repeating: 4)
        return a | b | c | ((lines.line3 &>> bits) & low) &<< SIMD16(repeating: 6)
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        unsafe clearPanel(block, 192, unless: false)
        unsafe block.set(word16: panel.word16(at: Self.blocks.scales(index) + row * 2), at: 208)
        let values = unsafe panel + Self.blocks.values(index)
        for group in 0..<16 {
            let scale = unsafe values.load(fromByteOffset: group * 16 + row, as: UInt8.self)
            unsafe block.storeBytes(of: scale, toByteOffset: 192 + group, as: UInt8.self)
            let words = CodeWords(group)
            let packed = unsafe values + (256 + group * 192 + row * 4)
            for i in 0..<4 {
                let low = unsafe packed.word32(at: i / 2 * 64) >> UInt32(i % 2 * 4) & Self.low4
                let upper = unsafe packed.word32(at: 128) >> UInt32(i * 2) & Self.low2
                unsafe block.add(low << words.lowShift, at: words.low + i * 4)
                unsafe block.add(upper << words.upperShift, at: words.upper + i * 4)
            }
        }
    }
}

/// Where the codes of a group of sixteen columns lie in a block of the file: 128 columns share 64 bytes of low
/// and 32 bytes of upper bits, a quarter of them (32 columns) in each position.
private struct CodeWords {
    let low: Int
    let lowShift: UInt32
    let upper: Int
    let upperShift: UInt32

    init(_ group: Int) {
        let half = group >> 3
        let quarter = (group >> 1) & 3
        let start = (group & 1) &* 16
        low = half &* 64 &+ (quarter & 1) &* 32 &+ start
        lowShift = UInt32((quarter >> 1) &* 4)
        upper = 128 &+ half &* 32 &+ start
        upperShift = UInt32(quarter &* 2)
    }
}

extension UnsafeMutableRawPointer {
    /// Sets bits of a word that are zero so far.
    fileprivate func add(_ bits: UInt32, at offset: Int) {
        unsafe set(word32: UnsafeRawPointer(self).word32(at: offset) | bits, at: offset)
    }
}
