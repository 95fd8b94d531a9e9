/// How a matrix kernel wants its activations.
///
/// Packed once per activation view and used by every matrix that reads it: a token panel holds
/// `tokenTile` tokens interleaved (the last panel holds the remainder), so that a kernel finds the
/// values of all its tokens for one step of the inner loop side by side.
package enum ActivationFormat: Int, CaseIterable, Sendable {
    /// float32 values `[columns][tokens of the panel]`.
    case float32
    /// bfloat16 pairs `[columns/2][tokens][2]`; an odd last column is paired with zero.
    case bfloat16
    /// int8 values `[columns/4][tokens][4]`, a float32 scale per 32 values, sums per 32.
    case int8Per32
    /// int8 values `[columns/4][tokens][4]`, a float32 scale per 256 values, sums per 16 and per 32.
    case int8Per256
}

/// Where the parts of packed activations lie; the sizes follow from the format, columns and tokens.
///
/// *Layout*: every part is laid out token panel after token panel. Part sizes are those of
/// `ActivationLayout`.
@safe package struct PackedActivations {
    package let format: ActivationFormat
    /// Number of rows (tokens) packed.
    package let tokenCount: Int
    /// Values in a row.
    package let columns: Int
    /// Tokens that a full panel interleaves: the kernel set's tile.
    package let tokenTile: Int
    /// 64-byte aligned base of the packed bytes.
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
}

/// One piece of a matrix product: `output[token][row] = Σ_k weights[row][k] · activations[token][k]`
/// for the rows of some panels and some tokens.
@safe package struct MatrixProduct {
    /// First panel of the matrix; 64-byte aligned. A panel is sixteen rows interleaved.
    @unsafe package var weights: UnsafeRawPointer
    /// Panels to compute.
    package var panels: Range<Int>
    package var activations: PackedActivations
    /// Tokens to compute; starts at a multiple of the token tile, ends at one or at the last token.
    package var tokens: Range<Int>
    /// `[tokenCount][outputStride]` floats; `outputStride` is a multiple of 16 and at least 16 × panel count.
    @unsafe package var output: UnsafeMutablePointer<Float>
    package var outputStride: Int

    package init(
        weights: UnsafeRawPointer, panels: Range<Int>, activations: PackedActivations, tokens: Range<Int>,
        output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        unsafe self.weights = weights
        self.panels = panels
        self.activations = activations
        self.tokens = tokens
        unsafe self.output = output
        self.outputStride = outputStride
    }
}
