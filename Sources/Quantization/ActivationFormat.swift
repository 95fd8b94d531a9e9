/// How a matrix kernel wants its activations.
///
/// A view is packed once and read by every matrix it meets. A *token panel* holds up to `tokenTile` tokens
/// interleaved, so that a kernel finds the values of all its tokens for one step of the inner loop side by
/// side; the last panel holds the remainder, interleaved by its own smaller count `T`. A panel is a run of
/// blocks, and every part of a block lies at a constant offset:
///
/// | format | columns of a block | bytes of a block of `T` tokens |
/// |---|---|---|
/// | `float32` | 1 | `[T]` float32 |
/// | `bfloat16` | 2 | `[T][2]` bfloat16; an odd last column is paired with zero |
/// | `int8Per16` | 16 | values `[4][T][4]`, scales `[T]` float32, `−128·Σy` `[T]` int32 |
/// | `int8Per32` | 32 | values `[8][T][4]`, scales `[T]` float32, `−128·Σy` `[T]` int32 |
/// | `int8Per256` | 256 | values `[64][T][4]`, scales `[T]` float32, `Σy` per 32 `[T][8]` int16, `−32·Σy` per 16 `[16][T]` int32 |
///
/// The sums carry the factor that turns unsigned weights back into signed ones: `Σ(u−128)·y = Σu·y − 128·Σy`.
package enum ActivationFormat: Int, CaseIterable, Sendable {
    case float32
    case bfloat16
    /// `y = scale·q`, scale = max|y| / 127 over 16 columns, q rounded to the nearest, ties to even.
    case int8Per16
    /// The same over 32 columns.
    case int8Per32
    /// The same over 256 columns.
    case int8Per256

    /// Columns that share one block; packed rows are whole blocks (for `bfloat16` after padding).
    package var columnsPerBlock: Int {
        switch self {
        case .float32: 1
        case .bfloat16: 2
        case .int8Per16: 16
        case .int8Per32: 32
        case .int8Per256: 256
        }
    }

    /// Bytes that one token occupies in one block.
    package var bytesPerBlock: Int {
        switch self {
        case .float32: 4
        case .bfloat16: 4
        case .int8Per16: 16 + 4 + 4
        case .int8Per32: 32 + 4 + 4
        case .int8Per256: 256 + 4 + 16 + 64
        }
    }

    /// Bytes of one packed token; a panel that starts at token `t` starts at byte `t · bytesPerToken`.
    package func bytesPerToken(columns: Int) -> Int {
        (columns + columnsPerBlock - 1) / columnsPerBlock * bytesPerBlock
    }
}

/// Activations in the form of one `ActivationFormat`.
@safe package struct PackedActivations {
    package let format: ActivationFormat
    /// Number of rows (tokens).
    package let tokenCount: Int
    /// Values in a row.
    package let columns: Int
    /// Tokens that a full panel interleaves: that of the `ActivationKernel` which packs them.
    package let tokenTile: Int
    /// `byteCount` bytes, 64-byte aligned.
    @unsafe package let base: UnsafeMutableRawPointer

    package init(
        format: ActivationFormat, tokenCount: Int, columns: Int, tokenTile: Int, base: UnsafeMutableRawPointer
    ) {
        self.format = format
        self.tokenCount = tokenCount
        self.columns = columns
        self.tokenTile = tokenTile
        unsafe self.base = base
    }

    package var byteCount: Int { tokenCount * format.bytesPerToken(columns: columns) }
}

/// One piece of packing work: some tokens of a float32 view into their panels.
@safe package struct ActivationPacking {
    /// Row of token 0 of the view; rows are `sourceStride` floats apart, no alignment required.
    @unsafe package var source: UnsafePointer<Float>
    package var sourceStride: Int
    /// Tokens to pack; starts at a multiple of the token tile, ends at one or at the last token.
    package var tokens: Range<Int>
    /// Where they go; does not overlap the source.
    package var destination: PackedActivations

    package init(
        source: UnsafePointer<Float>, sourceStride: Int, tokens: Range<Int>, destination: PackedActivations
    ) {
        unsafe self.source = source
        self.sourceStride = sourceStride
        self.tokens = tokens
        self.destination = destination
    }
}
