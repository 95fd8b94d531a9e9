/// Q4_K: per block of 256 columns
///
/// | bytes | part |
/// |---|---|
/// | 32 | d, half precision, `[16 rows]` |
/// | 32 | dmin, half precision, `[16 rows]` |
/// | 128 | scales `[8 groups][16 rows]`, a byte each |
/// | 128 | minima `[4 pairs of groups][16 rows][2]`, a byte each |
/// | 2048 | values `[8 groups][4][16 rows][4]`: columns 8i..<8i + 4 of a group in the low, the next four in the high halves |
///
/// The scales' six bits are widened to bytes: 2.8 % more memory, no unpacking in the kernel.
struct Q4_KPanel: PanelLayout {
    let type = QuantizationType.q4_K

    private static let bytesPerBlock = 2368
    private static let scalesOffset = 64
    private static let minimaOffset = 192
    private static let valuesOffset = 320
    private static let low: UInt32 = 0x0F0F_0F0F

    func byteCount(columns: Int) -> Int { columns / 256 * Self.bytesPerBlock }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let count = source.columns / 256
        source.withAllRows(bytesPerRow: count * 144) { source in
            for index in 0..<count {
                let target = unsafe panel + index &* Self.bytesPerBlock
                let first = unsafe source.base + index &* 144
                for row in 0..<rowsPerPanel {
                    let block = unsafe first + row &* source.rowStride
                    unsafe target.set(word16: block.word16(at: 0), at: row &* 2)
                    unsafe target.set(word16: block.word16(at: 2), at: 32 &+ row &* 2)
                    unsafe packScales(block + 4, row, into: target)
                }
                unsafe packValues(first + 16, rowStride: source.rowStride, into: target + Self.valuesOffset)
            }
        }
    }

    private func packScales(_ packed: UnsafeRawPointer, _ row: Int, into target: UnsafeMutableRawPointer) {
        let scales = unsafe GroupScales(packed)
        for group in 0..<8 {
            unsafe target.storeBytes(
                of: UInt8(truncatingIfNeeded: scales.scales >> UInt64(group &* 8)),
                toByteOffset: Self.scalesOffset &+ group &* 16 &+ row, as: UInt8.self)
        }
        for pair in 0..<4 {
            unsafe target.set(
                word16:
                    UInt16(truncatingIfNeeded: scales.minima >> UInt64(pair &* 16)),
                at: Self.minimaOffset &+ pair &* 32 &+ row &* 2)
        }
    }

    /// A run of 32 bytes holds one group in its low and the next in its high halves.
    private func packValues(_ codes: UnsafeRawPointer, rowStride: Int, into values: UnsafeMutableRawPointer) {
        for half in 0..<8 {
            let words = unsafe WordLines(codes + half &* 16, rowStride: rowStride)
            let target = unsafe values + (half >> 1 &* 512 &+ half & 1 &* 128)
            unsafe store(words.line0, words.line1, to: target)
            unsafe store(words.line2, words.line3, to: target + 64)
        }
    }

    /// Stores a line of the group in the low halves, and 256 bytes on that of the group in the high ones.
    @inline(__always)
    private func store(_ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>, to target: UnsafeMutableRawPointer) {
        let (low, four) = (SIMD16(repeating: Self.low), SIMD16<UInt32>(repeating: 4))
        unsafe target.storeBytes(of: a & low | (b & low) &<< four, as: SIMD16<UInt32>.self)
        unsafe target.storeBytes(
            of: (a &>> four) & low | b & SIMD16(repeating: ~Self.low), toByteOffset: 256, as: SIMD16<UInt32>.self)
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let source = unsafe panel + index * Self.bytesPerBlock
        unsafe block.set(word16: source.word16(at: row * 2), at: 0)
        unsafe block.set(word16: source.word16(at: 32 + row * 2), at: 2)
        var scales = GroupScales(scales: 0, minima: 0)
        for group in 0..<8 {
            let scale = unsafe source.load(fromByteOffset: Self.scalesOffset + group * 16 + row, as: UInt8.self)
            scales.scales |= UInt64(scale) << UInt64(group * 8)
        }
        for pair in 0..<4 {
            let minima = unsafe source.word16(at: Self.minimaOffset + pair * 32 + row * 2)
            scales.minima |= UInt64(minima) << UInt64(pair * 16)
        }
        unsafe scales.store(to: block + 4)
        for run in 0..<4 {
            let values = unsafe source + (Self.valuesOffset + run * 512 + row * 4)
            for i in 0..<4 {
                let first = unsafe values.word32(at: i * 64)
                let second = unsafe values.word32(at: 256 + i * 64)
                let codes = unsafe block + (16 + run * 32 + i * 8)
                unsafe codes.set(word32: first & Self.low | (second & Self.low) << 4, at: 0)
                unsafe codes.set(word32: (first >> 4) & Self.low | second & ~Self.low, at: 4)
            }
        }
    }
}

/// Eight scales and eight minima of six bits, in a byte each; packed into twelve bytes in the file.
private struct GroupScales {
    var scales: UInt64
    var minima: UInt64

    private static let low6: UInt32 = 0x3F3F_3F3F
    private static let low4: UInt32 = 0x0F0F_0F0F
    private static let low2: UInt32 = 0x0303_0303

    init(scales: UInt64, minima: UInt64) {
        self.scales = scales
        self.minima = minima
    }

    /// Groups 0..<4 lie whole in words 0 and 1; groups 4..<8 have their low bits in word 2 and the upper two
    /// above the others.
    init(_ packed: UnsafeRawPointer) {
        let a = unsafe packed.word32(at: 0)
        let b = unsafe packed.word32(at: 4)
        let c = unsafe packed.word32(at: 8)
        let upperScales = c & Self.low4 | ((a >> 6) & Self.low2) << 4
        let upperMinima = (c >> 4) & Self.low4 | ((b >> 6) & Self.low2) << 4
        scales = UInt64(a & Self.low6) | UInt64(upperScales) << 32
        minima = UInt64(b & Self.low6) | UInt64(upperMinima) << 32
    }

    func store(to packed: UnsafeMutableRawPointer) {
        let upperScales = UInt32(truncatingIfNeeded: scales >> 32)
        let upperMinima = UInt32(truncatingIfNeeded: minima >> 32)
        let a = UInt32(truncatingIfNeeded: scales) | ((upperScales >> 4) & Self.low2) << 6
        let b = UInt32(truncatingIfNeeded: minima) | ((upperMinima >> 4) & Self.low2) << 6
        unsafe packed.set(word32: a, at: 0)
        unsafe packed.set(word32: b, at: 4)
        unsafe packed.set(word32: upperScales & Self.low4 | (upperMinima & Self.low4) << 4, at: 8)
    }
}
