import Quantization

/// The kernels of the types that are unpacked to bytes; nil for others.
func byteCodeKernel(_ type: QuantizationType) -> MatrixKernel? {
    switch type {
    case .q4_1:
        MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), WithMinimum(), Q4_1Codes()) }
    case .q5_0:
        MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), Offset<16>(), Q5_0Codes()) }
    case .q5_1:
        MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), WithMinimum(), Q5_1Codes()) }
    case .iq4_nl:
        MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), Signed(), IQ4_NLCodes()) }
    case .mxfp4:
        MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), Offset<16>(), MXFP4Codes()) }
    case .nvfp4:
        MatrixKernel(activations: .int8Per16) { multiply($0, Columns<16>(), Offset<16>(), NVFP4Codes()) }
    case .q1_0: MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), Signed(), Q1_0Codes()) }
    case .q2_0: MatrixKernel(activations: .int8Per32) { multiply($0, Columns<32>(), Signed(), Q2_0Codes()) }
    default: superblockKernel(type) ?? gridKernel(type)
    }
}

private func superblockKernel(_ type: QuantizationType) -> MatrixKernel? {
    switch type {
    case .q2_K:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<16>(), WithMinimum(), Q2_KCodes()) }
    case .q3_K:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<16>(), Offset<4>(), Q3_KCodes()) }
    case .q5_K:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<32>(), WithMinimum(), Q5_KCodes()) }
    case .iq4_xs:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<32>(), Signed(), IQ4_XSCodes()) }
    case .tq1_0:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<32>(), Offset<1>(), TQ1_0Codes()) }
    case .tq2_0:
        MatrixKernel(activations: .int8Per256) { multiply($0, Groups<32>(), Offset<1>(), TQ2_0Codes()) }
    default: nil
    }
}

/// Those whose codes are numbers of a codebook's entries.
func gridKernel(_ type: QuantizationType) -> MatrixKernel? {
    switch type {
    case .iq2_xxs: MatrixKernel(activations: .int8Per256) { multiplyIQ2_XXS($0, GatheredEights.self) }
    case .iq2_xs: MatrixKernel(activations: .int8Per256) { multiplyIQ2_XS($0, GatheredEights.self) }
    case .iq2_s: MatrixKernel(activations: .int8Per256) { multiplyIQ2_S($0, GatheredEights.self) }
    case .iq3_xxs: MatrixKernel(activations: .int8Per256) { multiplyIQ3_XXS($0, GatheredFours.self) }
    case .iq3_s: MatrixKernel(activations: .int8Per256) { multiplyIQ3_S($0, GatheredFours.self) }
    case .iq1_s: MatrixKernel(activations: .int8Per256) { multiplyIQ1_S($0, GatheredEights.self) }
    case .iq1_m: MatrixKernel(activations: .int8Per256) { multiplyIQ1_M($0, GatheredEights.self) }
    default: nil
    }
}

/// Columns of a superblock that share a scale.
struct Groups<let count: Int> {}

/// Columns that share a scale of their own and one of the activations: 16, of a block that has several such scales, or
/// 32, of a block that has one.
struct Columns<let count: Int> {
    /// Whether each of a block's parts has a scale.
    @inline(__always)
    static var hasScaleInPart: Bool { count == 16 }
}

/// What is taken from every code, a power of two; 0 for types that have minima.
struct Offset<let code: Int> {}
typealias Signed = Offset<128>
typealias WithMinimum = Offset<0>

/// Columns that are unpacked at once.
var chunkColumns: Int { 256 }

/// Unpacks a block of 256 columns to scratch, 32 at a time.
@inline(__always)
func fill<C: GroupCodes>(_ codes: ByteCodes256, from block: BlockWords, _ type: C) {
    type.scales(block, codes)
    for part in 0..<8 { type.unpack(block, part) { codes.set($1, at: part &* 8 &+ $0) } }
}

/// Unpacks some columns of types that share a scale over 16, 32, 64 or 128 columns to scratch.
@inline(__always)
func fill<let B: Int, C: ColumnCodes>(
    _ scratch: UnsafeMutableRawPointer, from panel: UnsafeRawPointer, _ places: TransposedPlaces, _ columns: Range<Int>,
    _: Columns<B>, _ type: C
) {
    var target = scratch
    let parts = places.weightsPerBlock / B
    for index in columns.lowerBound / places.weightsPerBlock..<columns.upperBound / places.weightsPerBlock {
        let block = BlockWords(places, panel, index)
        block.fetchAhead(0, of: 1, places.wordsPerBlock)
        for part in 0..<parts {
            let codes = ByteCodes<B>(base: target)
            type.scales(block, part, codes)
            type.unpack(block, part) { codes.set($1, at: $0) }
            target += ByteCodes<B>.byteCount
        }
    }
}

/// An unpacked panel, or two, times a token panel, for the columns of one chunk: what an inner kernel gets.
struct ByteTile {
    /// Codes in scratch; those of the second panel are `stride` bytes further.
    let codes: UnsafeRawPointer
    let stride: Int
    let panels: Int
    /// The chunk's first block of the token panel.
    let activations: UnsafeRawPointer
    /// Tokens that it interleaves.
    let tokens: Int
    let columns: Int
    /// Whether sums start at zero rather than at the output.
    let isFirst: Bool
    /// Sixteen floats of the first token and panel; tokens are `outputStride` floats apart, panels 16.
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int
}

/// A product of types with a scale per group, by way of scratch.
@inline(__always)
func multiplyTiles<let G: Int, let M: Int, C: GroupCodes>(
    _ product: MatrixProduct, _: Groups<G>, _: Offset<M>, _ type: C
) {
    let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
    forEachByteTile(product, panelBytes: places.panelBytes, scratchBytes: ByteCodes256.byteCount) {
        panel, columns, scratch in
        let block = BlockWords(places, panel, columns.lowerBound / 256)
        block.fetchAhead(0, of: 1, places.wordsPerBlock)
        fill(ByteCodes256(base: scratch), from: block, type)
    } run: {
        runByteTile256($0, Groups<G>(), Offset<M>())
    }
}

/// A product of types with a scale per block, by way of scratch.
@inline(__always)
func multiplyTiles<let B: Int, let M: Int, C: ColumnCodes>(
    _ product: MatrixProduct, _: Columns<B>, _: Offset<M>, _ type: C
) {
    let places = TransposedPlaces(product.weights.type, columns: product.activations.columns)
    forEachByteTile(product, panelBytes: places.panelBytes, scratchBytes: ByteCodes<B>.byteCount * (chunkColumns / B)) {
        panel, columns, scratch in
        fill(scratch, from: panel, places, columns, Columns<B>(), type)
    } run: {
        runByteTile($0, Columns<B>(), Offset<M>())
    }
}

/// Columns of a block whose activations stay in L2: of whole rows of 14,336 columns sixteen tokens would, and would have
/// to share what is unpacked.
private var columnsInCache: Int { 2048 }

/// Unpacks some columns of one or two panels, runs the inner kernel with every token panel, and goes on. The token
/// panels of a block of tokens and columns stay in L2 meanwhile; sums rest in the output. When all tokens fit there,
/// rows are not cut, so that they are read in address order.
@inline(__always)
func forEachByteTile(
    _ product: MatrixProduct, panelBytes: Int, scratchBytes: Int,
    unpack: (_ panel: UnsafeRawPointer, _ columns: Range<Int>, _ to: UnsafeMutableRawPointer) -> Void,
    run: (ByteTile) -> Void
) {
    let columns = product.activations.columns
    let tokenTile = product.activations.tokenTile
    let format = product.activations.format
    let fits = product.tokens.count * format.bytesPerToken(columns: columns) <= activationBlockBytes
    let columnStep = fits ? columns : min(columnsInCache, columns)
    let tokenStep = max(1, activationBlockBytes / (format.bytesPerToken(columns: columnStep) * tokenTile)) * tokenTile
    let walk = ByteTileWalk(product: product, panelBytes: panelBytes, scratchBytes: scratchBytes)
    var scratch = Scratch()
    withUnsafeMutableBytes(of: &scratch) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        var token = product.tokens.lowerBound
        while token < product.tokens.upperBound {
            let tokens = token..<min(token + tokenStep, product.tokens.upperBound)
            var column = 0
            while column < columns {
                let block = column..<min(column + columnStep, columns)
                walk.forEachTile(tokens, block, scratch, unpack, run)
                column += columnStep
            }
            token += tokenStep
        }
    }
}

/// What stays the same for all blocks of a piece.
private struct ByteTileWalk {
    let product: MatrixProduct
    let panelBytes: Int
    let scratchBytes: Int

    /// All panels of the piece, chunk after chunk of columns, each with all tokens.
    @inline(__always)
    func forEachTile(
        _ tokens: Range<Int>, _ block: Range<Int>, _ scratch: UnsafeMutableRawPointer,
        _ unpack: (UnsafeRawPointer, Range<Int>, UnsafeMutableRawPointer) -> Void, _ run: (ByteTile) -> Void
    ) {
        var panel = product.panels.lowerBound
        while panel < product.panels.upperBound {
            let panels = panel..<min(panel + bytePanels, product.panels.upperBound)
            var column = block.lowerBound
            while column < block.upperBound {
                let columns = column..<min(column + chunkColumns, block.upperBound)
                for p in panels {
                    let weights = product.weights.base + p * panelBytes
                    unpack(weights, columns, scratch + (p - panel) * scratchBytes)
                }
                forEachTile(tokens, columns, panels, scratch, run)
                column += chunkColumns
            }
            panel = panels.upperBound
        }
    }

    /// One chunk of columns with all tokens.
    @inline(__always)
    private func forEachTile(
        _ tokens: Range<Int>, _ columns: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutableRawPointer,
        _ run: (ByteTile) -> Void
    ) {
        let activations = product.activations
        let bytesPerToken = activations.format.bytesPerToken(columns: activations.columns)
        let offset = activations.format.bytesPerToken(columns: columns.lowerBound)
        let output = product.output
        var token = tokens.lowerBound
        while token < tokens.upperBound {
            let count = min(activations.tokenTile, tokens.upperBound - token)
            run(
                ByteTile(
                    codes: UnsafeRawPointer(scratch), stride: scratchBytes, panels: panels.count,
                    activations: UnsafeRawPointer(activations.base) + (token * bytesPerToken + offset * count),
                    tokens: count, columns: columns.count, isFirst: columns.lowerBound == 0,
                    output: output.base + (token * output.stride + panels.lowerBound * 16), outputStride: output.stride)
            )
            token += count
        }
    }
}
