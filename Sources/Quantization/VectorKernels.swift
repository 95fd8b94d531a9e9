/// Everything on activations but matrix products, for one instruction set.
///
/// One text for all sets (`Kernels/Portable/Vector`), compiled with each set's flags. Counts of floats are multiples of
/// 16 unless it is said: the floats past a row's last column are zero and stay so. Pointers are aligned to four bytes
/// and outputs overlap no input, except that in-place functions say so. Results depend on the values alone, for one set, and
/// no function traps on any of them.
package protocol VectorKernels: SendableMetatype {
    // MARK: Element by element, in place in `x`

    /// `x += y`
    static func add(_ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int)
    /// `x *= y`
    static func multiply(_ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int)
    /// `x *= factor`
    static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int)
    /// `x += factor · y`
    static func add(_ x: UnsafeMutablePointer<Float>, _ factor: Float, times y: UnsafePointer<Float>, count: Int)
    /// `x = cap · tanh(x / cap)`
    static func softCap(_ x: UnsafeMutablePointer<Float>, cap: Float, count: Int)
    /// `x = x / (1 + e⁻ˣ) · y`
    static func silu(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int)
    /// `x = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) · y`
    static func geluTanh(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int)
    /// `x = x/2 · (1 + erf(x/√2)) · y`
    static func geluErf(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int)
    /// The functions of `silu`, `geluTanh` and `geluErf` without the factor.
    static func silu(_ x: UnsafeMutablePointer<Float>, count: Int)
    static func geluTanh(_ x: UnsafeMutablePointer<Float>, count: Int)
    static func geluErf(_ x: UnsafeMutablePointer<Float>, count: Int)
    /// `x = 1 / (1 + e⁻ˣ)`
    static func sigmoid(_ x: UnsafeMutablePointer<Float>, count: Int)
    /// `x = eˣ⁻ᵐ / Σ eˣ⁻ᵐ` over the first `columns` floats, `m` their maximum; the floats after them up to the next
    /// multiple of 16 become zero.
    static func softmax(_ x: UnsafeMutablePointer<Float>, columns: Int)

    // MARK: Norms

    /// `output = x / √(mean(x²) + epsilon) · weight` over a row of `columns` floats, padded with zeros to 16.
    static func rmsNorm(
        _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, epsilon: Float, columns: Int,
        into output: UnsafeMutablePointer<Float>)
    /// The same over `count` floats that are followed by others, in place; any count.
    static func headNorm(
        _ x: UnsafeMutablePointer<Float>, _ weight: UnsafePointer<Float>, epsilon: Float, count: Int)
    /// `output = (x − mean(x)) / √(variance(x) + epsilon) · weight + bias` over a row of `columns` floats, padded with
    /// zeros to 16; `output` may be `x`.
    static func layerNorm(
        _ x: UnsafePointer<Float>, _ norm: LayerNormWeights, columns: Int, into output: UnsafeMutablePointer<Float>)

    // MARK: Rotary positions

    /// Cosine and sine of `position · frequency`, times `magnitude`; any count.
    static func rotation(
        position: Float, _ frequencies: UnsafePointer<Float>, magnitude: Float, count: Int, into table: RotationRow)
    /// Turns the pairs `(2i, 2i + 1)` of one head, in place.
    static func rotateInterleaved(_ head: UnsafeMutablePointer<Float>, by rotation: RotationRow, pairs: Int)
    /// Turns the pairs `(i, i + pairs)` of one head, in place.
    static func rotateHalves(_ head: UnsafeMutablePointer<Float>, by rotation: RotationRow, pairs: Int)

    // MARK: Attention

    /// Queries that the attention kernels hold in registers at once.
    static var queryTile: Int { get }
    /// Writes the key and the value of one position into a page.
    static func store(_ entry: CacheEntry)
    /// Packs the queries of a block in tiles, scaled, and rotated and rounded where the cache is.
    static func packQueries(_ queries: BlockQueries, into block: AttentionBlock)
    /// Adds the positions of one page to what a block has seen: scores, running softmax, values.
    static func attend(_ block: AttentionBlock, to page: AttentionPage)
    /// Adds what `other` has seen to what `total` has.
    static func merge(_ other: AttentionSums, into total: AttentionSums, valueStride: Int)
    /// The weighted mean of the values that one query has seen, `valueLength` floats of any count.
    ///
    /// - Parameter sink: a logit that takes part in the softmax without a value; −∞ for none.
    static func finish(
        _ total: AttentionSums, query: Int, sink: Float, shape: AttentionShape, into output: UnsafeMutablePointer<Float>
    )
}

/// Weight and bias of a layer norm, one each per column, padded with zeros to 16.
@safe package struct LayerNormWeights {
    @unsafe package let weight: UnsafePointer<Float>
    @unsafe package let bias: UnsafePointer<Float>?
    package let epsilon: Float

    package init(weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, epsilon: Float) {
        unsafe self.weight = weight
        unsafe self.bias = bias
        self.epsilon = epsilon
    }
}

/// Cosines and sines of one position, one each per pair.
@safe package struct RotationRow {
    @unsafe package let cosines: UnsafeMutablePointer<Float>
    @unsafe package let sines: UnsafeMutablePointer<Float>

    package init(cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>) {
        unsafe self.cosines = cosines
        unsafe self.sines = sines
    }
}

/// The key and value of one position and head, and where they go.
@safe package struct CacheEntry {
    /// `keyLength` floats.
    @unsafe package var key: UnsafePointer<Float>
    /// `valueLength` floats.
    @unsafe package var value: UnsafePointer<Float>
    package var shape: HeadShape
    /// The head's part of the page, and the position in the page.
    package var page: AttentionPage
    package var position: Int
    /// As many floats as the longer of key and value, rounded up to 16; overlaps neither.
    @unsafe package var scratch: UnsafeMutablePointer<Float>

    package init(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, shape: HeadShape, page: AttentionPage, position: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe self.key = key
        unsafe self.value = value
        self.shape = shape
        self.page = page
        self.position = position
        unsafe self.scratch = scratch
    }
}

/// What a page's numbers are.
package enum PageNumbers: Sendable {
    case float32
    case float16
    /// Eight-bit integers with a float32 scale for each position's key and each position's value, which are rotated
    /// first: the codes of a head's vector `x` are `H·x / scale` to the nearest, `scale` its largest magnitude over 127
    /// and `H` the orthonormal Walsh–Hadamard matrix (one after the other for the binary digits of the length, largest
    /// first). Rotation spreads outliers, and cancels in the product of rotated queries and keys.
    case int8
}

/// Floats of one head's key and value, and how they are cached.
package struct HeadShape: Sendable {
    package let keyLength: Int
    package let valueLength: Int
    package let numbers: PageNumbers

    package init(keyLength: Int, valueLength: Int, numbers: PageNumbers) {
        self.keyLength = keyLength
        self.valueLength = valueLength
        self.numbers = numbers
    }

    /// The value length rounded up to 16.
    package var valueStride: Int { (valueLength + 15) & ~15 }
    /// Words of four codes in a key of integers.
    package var keyWords: Int { (keyLength + 3) / 4 }

    /// Bytes of the keys of 64 positions, scales included.
    package var pageKeyBytes: Int {
        switch numbers {
        case .float32: 64 * 4 * keyLength
        case .float16: 64 * 2 * keyLength
        case .int8: 64 * (4 * keyWords + 4)
        }
    }

    /// Bytes of the values of 64 positions, scales included.
    package var pageValueBytes: Int {
        switch numbers {
        case .float32: 64 * 4 * valueStride
        case .float16: 64 * 2 * valueStride
        case .int8: 64 * (valueStride + 4)
        }
    }
}

/// One head's keys and values of 64 positions.
@safe package struct AttentionPage {
    /// Floats: `[position/16][keyLength][16]`. Integers: `[position/16][keyWords][16][4]` with their top bits flipped,
    /// then 64 scales.
    @unsafe package var keys: UnsafeMutableRawPointer
    /// Floats: `[position][valueStride]`. Integers: `[position/4][valueStride][4]`, then 64 scales.
    @unsafe package var values: UnsafeMutableRawPointer
    /// Position of the page's first entry in its sequence.
    package var firstPosition: Int
    /// Entries that some row of the block sees; none outside has a part in the result.
    package var entries: Range<Int>
    /// Bytes from this page to the one to fetch meanwhile; 0 for none.
    package var nextDistance = 0

    package init(
        keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer, firstPosition: Int = 0,
        entries: Range<Int> = 0..<0
    ) {
        unsafe self.keys = keys
        unsafe self.values = values
        self.firstPosition = firstPosition
        self.entries = entries
    }
}

/// Softmax in progress: for every query a score that is about the greatest, in the kernels' unit; and relative to it the
/// sum of exponentials and of weighted values.
@safe package struct AttentionSums {
    /// `[queryCount]`, −∞ before the first position.
    @unsafe package var maxima: UnsafeMutablePointer<Float>
    /// `[queryCount]`
    @unsafe package var sums: UnsafeMutablePointer<Float>
    /// `[queryCount][valueStride]`
    @unsafe package var values: UnsafeMutablePointer<Float>
    package var queryCount: Int

    package init(
        maxima: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>,
        queryCount: Int
    ) {
        unsafe self.maxima = maxima
        unsafe self.sums = sums
        unsafe self.values = values
        self.queryCount = queryCount
    }
}

/// Queries that attend to the same keys together: the query heads of one key-value head, for some rows.
///
/// Query `m` is head `m % groupSize` of row `m / groupSize`; rows have consecutive positions.
@safe package struct AttentionBlock {
    /// Packed queries: tile after tile, `[keyLength][queries of the tile]`; query counts of tiles differ by at most 1.
    /// For integers `[keyWords][queries][4]` int8, then `[queries]` float32 scales and `[queries]` int32 sums of the
    /// codes.
    @unsafe package var queries: UnsafeMutablePointer<Float>
    /// Scratch for the queries of a tile, `[queryTile][64]`; for integers the softmax weights end up as 64 bytes and a
    /// float32 factor.
    @unsafe package var scores: UnsafeMutablePointer<Float>
    package var running: AttentionSums
    package var shape: AttentionShape
    /// Position of the first row.
    package var firstPosition: Int

    package var queryCount: Int { running.queryCount }

    package init(
        queries: UnsafeMutablePointer<Float>, scores: UnsafeMutablePointer<Float>, running: AttentionSums,
        shape: AttentionShape, firstPosition: Int
    ) {
        unsafe self.queries = queries
        unsafe self.scores = scores
        self.running = running
        self.shape = shape
        self.firstPosition = firstPosition
    }
}

/// What all blocks of one attention have in common.
package struct AttentionShape: Sendable {
    package var groupSize: Int
    package var head: HeadShape
    /// Positions that a row sees, its own included; `unlimited` for all.
    package var window: Int
    /// Positions after its own that a row sees, as far as the page has entries; `unlimited` for all.
    package var ahead = 0
    /// 0 for none.
    package var softCap: Float

    package var keyLength: Int { head.keyLength }
    package var valueLength: Int { head.valueLength }
    package var valueStride: Int { head.valueStride }
    /// Words of four bytes that a packed query takes.
    package var queryWords: Int { head.numbers == .int8 ? head.keyWords + 2 : head.keyLength }

    /// More than any position, and far from overflow.
    package static let unlimited = 1 << 40

    package init(groupSize: Int, head: HeadShape, window: Int, softCap: Float) {
        self.groupSize = groupSize
        self.head = head
        self.window = window
        self.softCap = softCap
    }
}

/// Where the queries of a block lie before they are packed.
@safe package struct BlockQueries {
    /// First head of the group in the first row.
    @unsafe package var base: UnsafePointer<Float>
    package var rowStride: Int
    package var scale: Float
    /// A key's floats, rounded up to 16.
    @unsafe package var scratch: UnsafeMutablePointer<Float>

    package init(base: UnsafePointer<Float>, rowStride: Int, scale: Float, scratch: UnsafeMutablePointer<Float>) {
        unsafe self.base = base
        self.rowStride = rowStride
        self.scale = scale
        unsafe self.scratch = scratch
    }
}
