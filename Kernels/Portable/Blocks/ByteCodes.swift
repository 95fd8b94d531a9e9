import Intrinsics
import Quantization

// What types without a kernel of their own become before they are multiplied: bytes, sixteen rows interleaved, in
// scratch that stays in L1, or in registers where there are few tokens. Each type says only how its words become these
// bytes (`GroupCodes`, `ColumnCodes`); the kernels that multiply them are the same for all. One text for every instruction
// set: the vector length, `loadHalf16`, `lookUp16` and `storeCodes`, which has the order of the bytes, are the module's.

/// 16 or 32 columns of sixteen rows: `w = d · (code − offset)` for signed types, `w = d · code + m` for those with a minimum.
///
/// | bytes | part |
/// |---|---|
/// | 64 | d, float32 |
/// | 64 | −m / 128, float32: activations carry −128·Σ |
/// | 16 · columns | codes `[columns / 4][16 rows][4]` |
struct ByteCodes<let columns: Int> {
    let base: UnsafeMutableRawPointer
    static var byteCount: Int { codesOffset + 16 * columns }
    static var codesOffset: Int { 128 }

    @inline(__always)
    func set(d: SIMD16<Float>) { base.storeBytes(of: d, as: SIMD16<Float>.self) }

    @inline(__always)
    func set(d: SIMD16<Float>, minimum: SIMD16<Float>) {
        base.storeBytes(of: d, as: SIMD16<Float>.self)
        base.storeBytes(of: minimum * -0x1p-7, toByteOffset: 64, as: SIMD16<Float>.self)
    }

    /// - Parameter index: columns 4 · index..<4 · index + 4.
    @inline(__always)
    func set(_ codes: SIMD16<UInt32>, at index: Int) {
        storeCodes(codes, at: index, in: base + Self.codesOffset)
    }
}

/// 256 columns of sixteen rows in groups of 16 or 32: `w = d · s · (code − offset)` for signed types,
/// `w = d · s · code − dmin · m` for those with minima.
///
/// | bytes | part |
/// |---|---|
/// | 64 | d, float32 |
/// | 64 | dmin, float32; for groups of 16 dmin / 32, since activations carry −32·Σ per 16 |
/// | 1024 | s `[groups][16 rows]`, int32 |
/// | 1024 | m: `[16 groups][16 rows]` int32, or for groups of 32 `[4 pairs][16 rows][2]` int16 |
/// | 4096 | codes `[64][16 rows][4]` |
struct ByteCodes256 {
    let base: UnsafeMutableRawPointer
    static var byteCount: Int { 6272 }
    static var minimumScaleOffset: Int { 64 }
    static var scalesOffset: Int { 128 }
    static var minimaOffset: Int { 1152 }
    static var codesOffset: Int { 2176 }

    @inline(__always)
    func set(d: SIMD16<Float>) { base.storeBytes(of: d, as: SIMD16<Float>.self) }

    @inline(__always)
    func set(minimumScale: SIMD16<Float>) {
        base.storeBytes(of: minimumScale, toByteOffset: Self.minimumScaleOffset, as: SIMD16<Float>.self)
    }

    @inline(__always)
    func set(scale: SIMD16<UInt32>, at group: Int) {
        base.storeBytes(of: scale, toByteOffset: Self.scalesOffset + group &* 64, as: SIMD16<UInt32>.self)
    }

    /// - Parameter minima: a number for a group of 16; a pair of them for two groups of 32.
    @inline(__always)
    func set(minima: SIMD16<UInt32>, at index: Int) {
        base.storeBytes(of: minima, toByteOffset: Self.minimaOffset + index &* 64, as: SIMD16<UInt32>.self)
    }

    /// - Parameter index: columns 4 · index..<4 · index + 4.
    @inline(__always)
    func set(_ codes: SIMD16<UInt32>, at index: Int) {
        storeCodes(codes, at: index, in: base + Self.codesOffset)
    }
}

/// What it costs to unpack codes, beside multiplying them with a token panel.
///
/// It decides, as measured on AVX-512, up to how many token panels each unpacks for itself; more of them share bytes in
/// scratch.
enum UnpackingCost {
    /// Four token panels, as of types whose words want a shift, a mask and at most a look-up among sixteen entries.
    case low
    /// Two, as of those whose codes have bits in several places.
    case medium
    /// One, as of entries of a codebook and digits of base 3.
    case high
}

/// How the words of a type's blocks become bytes.
protocol CodeUnpacking {
    static var cost: UnpackingCost { get }

    /// - Parameters:
    ///   - part: 32 columns of a block, or as many as have a scale of their own.
    ///   - emit: gets an index i and the codes of columns 4i..<4i + 4, each index once, an even one before the next.
    func unpack(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void)
}

extension CodeUnpacking {
    static var cost: UnpackingCost { .medium }
}

/// A type of blocks of 256 columns with a scale for each group of 16 or 32.
protocol GroupCodes: CodeUnpacking {
    /// Sets everything but the codes.
    func scales(_ block: BlockWords, _ codes: ByteCodes256)
}

/// A type with a scale of its own for each 16 or 32 columns.
protocol ColumnCodes: CodeUnpacking {
    /// Sets everything but the codes; without an implementation, the head as the scale.
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>)
}

extension ColumnCodes {
    @inline(__always)
    func scales<let B: Int>(_ block: BlockWords, _ part: Int, _ codes: ByteCodes<B>) { codes.set(d: block.scale) }
}

/// How far ahead kernels fetch weights into L2 that are busy between lines, which is too long for the CPU's own
/// prefetcher.
var bytesAhead: Int { 8192 }

/// One block of sixteen rows in `TransposedBlocks`.
struct BlockWords {
    let head: UnsafeRawPointer
    let words: UnsafeRawPointer

    @inline(__always)
    init(_ places: TransposedPlaces, _ panel: UnsafeRawPointer, _ index: Int) {
        // As `TransposedPlaces.head` and `words`, whose calls would cost the registers of a kernel at every block.
        let line = panel + (index &>> places.lineShift) &* places.lineStride
        let place = index & ((1 &<< places.lineShift) &- 1)
        head = line + place &* (16 &* places.headBytes)
        words = line + (places.lineBytes &+ place &* places.wordsPerBlock &* 64)
    }

    /// Word `index` of every row's block; bytes as in the file.
    @inline(__always)
    subscript(index: Int) -> SIMD16<UInt32> { (words + index &* 64).loadUnaligned(as: SIMD16<UInt32>.self) }

    /// The head, half precision.
    @inline(__always)
    var scale: SIMD16<Float> { loadHalf16(head) }

    /// Byte `index` of every row's words.
    @inline(__always)
    func byte(_ index: Int) -> SIMD16<UInt32> { (self[index / 4] &>> UInt32(index % 4 * 8)) & 0xFF }

    /// Fetches part of the lines that lie `distance` further on in a stream, where the CPU wants that: one of `parts` a
    /// call.
    @inline(__always)
    func fetch(_ part: Int, of parts: Int, _ lines: Int, _ distance: Int) {
        if distance == 0 { return }
        let count = (lines &+ parts &- 1) / parts
        for line in 0..<count { isa_prefetch(words + (distance &+ (part &* count &+ line) &* 64)) }
    }

    /// Fetches part of the lines `bytesAhead` further on, as many as this block's: one of `parts` a call. With the heads'
    /// line, as one in nine that is left out costs a third (IQ4_NL, four tokens).
    @inline(__always)
    func fetchAhead(_ part: Int, of parts: Int, _ lines: Int) {
        if part == 0 { isa_prefetch_l2(head + bytesAhead) }
        let count = (lines &+ parts &- 1) / parts
        for line in 0..<count { isa_prefetch_l2(words + (bytesAhead &+ (part &* count &+ line) &* 64)) }
    }

    /// Half word `index` of every row's words.
    @inline(__always)
    func half(_ index: Int) -> SIMD16<UInt32> { (self[index / 2] &>> UInt32(index % 2 * 16)) & 0xFFFF }
}

/// The eight words of four columns that 32 columns are.
///
/// Two loops, because LLVM does not always unroll one of eight, and then asks at each word to which half of the columns
/// it belongs (Q5_K, one token: 26 GB/s instead of 31).
@inline(__always)
func forEachWord(_ body: (Int) -> Void) {
    for i in 0..<4 { body(i) }
    for i in 4..<8 { body(i) }
}

/// Byte `index` of every lane.
@inline(__always)
func byte(_ index: Int, of word: SIMD16<UInt32>) -> SIMD16<UInt32> { (word &>> UInt32(8 * index)) & 0xFF }

/// Half-precision numbers in the low halves of lanes as float32, exact.
///
/// No comparison: masks of a vector this long become loops over its lanes.
@inline(__always)
func floats(half bits: SIMD16<UInt32>) -> SIMD16<Float> {
    // The exponent moves by multiplication, which also normalises subnormals.
    let shifted = unsafeBitCast((bits & 0x7FFF) &<< 13, to: SIMD16<Float>.self) * 0x1p112
    // Adding one to an exponent of ones carries into bit 15.
    let isSpecial = 0 &- (((bits & 0x7C00) &+ 0x0400) &>> 15)
    let sign = (bits & 0x8000) &<< 16
    return unsafeBitCast(
        unsafeBitCast(shifted, to: SIMD16<UInt32>.self) | isSpecial & 0x7F80_0000 | sign, to: SIMD16<Float>.self)
}

/// Bits 0..<4 as bytes of 0 or 1.
@inline(__always)
func bytes(bits: SIMD16<UInt32>) -> SIMD16<UInt32> { ((bits & 15) &* 0x0020_4081) & 0x0101_0101 }

/// Four pairs of bits as bytes of 0..<4.
@inline(__always)
func bytes(pairs: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let low = pairs & 0xFF
    return (low | low &<< 6 | low &<< 12 | low &<< 18) & 0x0303_0303
}
