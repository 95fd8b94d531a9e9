import Quantization

/// Some tokens of one token panel times one weight panel: what an inner kernel gets.
struct Tile {
    /// First block of the weight panel.
    let weights: UnsafeRawPointer
    /// First block of the token panel.
    let activations: UnsafeRawPointer
    /// Tokens that the token panel interleaves.
    let interleave: Int
    /// First token of the tile within the token panel.
    let token: Int
    let columns: Int
    /// Sixteen floats of the tile's first token; tokens are `outputStride` floats apart.
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int

    @inline(__always)
    func store(_ sum: SIMD16<Float>, token: Int) {
        UnsafeMutableRawPointer(output + token &* outputStride).storeBytes(of: sum, as: SIMD16<Float>.self)
    }
}

/// Cuts a piece of a product into tiles of as many tokens as the registers hold sums for, and of one where fewer are
/// left. Panels of any interleave are read, as inherited rows must.
@inline(__always)
func forEachTile(
    _ product: MatrixProduct, panelBytes: Int, one: (Tile) -> Void, wide: (Tile) -> Void
) {
    let activations = product.activations
    let bytesPerToken = activations.format.bytesPerToken(columns: activations.columns)
    for panel in product.panels {
        var first = product.tokens.lowerBound
        while first < product.tokens.upperBound {
            let count = min(activations.tokenTile, product.tokens.upperBound - first)
            var token = 0
            while token < count {
                let tile = Tile(
                    weights: product.weights.base + panel * panelBytes,
                    activations: UnsafeRawPointer(activations.base) + first * bytesPerToken,
                    interleave: count, token: token, columns: activations.columns,
                    output: product.output.base + ((first + token) * product.output.stride + panel * 16),
                    outputStride: product.output.stride)
                if token + WideTile.count <= count {
                    wide(tile)
                    token += WideTile.count
                } else {
                    one(tile)
                    token += 1
                }
            }
            first += count
        }
    }
}

/// Names the number of tokens a generic tile is compiled for, at most four.
struct Tokens<let count: Int> {
    /// Runs `body` for 0..<count, written out: as a loop it may stay one, with its sums in memory instead of registers.
    @inline(__always)
    static func each(_ body: (Int) -> Void) {
        body(0)
        if count > 1 { body(1) }
        if count > 2 { body(2) }
        if count > 3 { body(3) }
    }
}
