import Quantization

// y = Σ_blocks dx · d · Σ_groups s·Σ v·x,                       w = d·s·v
// y = Σ_blocks dx · (d · Σ_groups s·Σ u·x − dmin · Σ_groups m·Σ x),   w = d·s·u − dmin·m
//
// The weights are bytes in scratch (`ByteCodes`).

/// Bytes of packed activations that stay in L2.
let activationBlockBytes = 128 << 10

/// Panels that are unpacked together.
var bytePanels: Int { 1 }

/// A product of types with a scale per group.
@inline(__always)
func multiply<let G: Int, let M: Int, C: GroupCodes>(
    _ product: MatrixProduct, _ groups: Groups<G>, _ offset: Offset<M>, _ type: C
) { multiplyTiles(product, groups, offset, type) }

/// A product of types with a scale per block.
@inline(__always)
func multiply<let B: Int, let M: Int, C: ColumnCodes>(
    _ product: MatrixProduct, _ columns: Columns<B>, _ offset: Offset<M>, _ type: C
) { multiplyTiles(product, columns, offset, type) }

/// Some tokens of a tile, and whether their sums start at zero rather than at the output.
private struct TokenTile {
    let tile: Tile
    let isFirst: Bool

    @inline(__always)
    init(_ part: ByteTile, _ token: Int) {
        isFirst = part.isFirst
        tile = Tile(
            weights: part.codes, activations: part.activations, interleave: part.tokens, token: token,
            columns: part.columns, output: part.output + token &* part.outputStride, outputStride: part.outputStride)
    }

    @inline(__always)
    func sum(_ token: Int) -> SIMD16<Float> {
        if isFirst { return .zero }
        return UnsafeRawPointer(tile.output + token &* tile.outputStride).loadUnaligned(as: SIMD16<Float>.self)
    }
}

/// As many tokens at once as the registers hold sums for, then those that are left.
@inline(__always)
func runByteTile256<let G: Int, let M: Int>(_ part: ByteTile, _: Groups<G>, _ offset: Offset<M>) {
    var token = 0
    while token + WideTile.count <= part.tokens {
        rows256(WideTile(), Groups<G>(), offset, TokenTile(part, token))
        token += WideTile.count
    }
    while token < part.tokens {
        rows256(Tokens<1>(), Groups<G>(), offset, TokenTile(part, token))
        token += 1
    }
}

@inline(__always)
func runByteTile<let B: Int, let M: Int>(_ part: ByteTile, _ columns: Columns<B>, _ offset: Offset<M>) {
    var token = 0
    while token + WideTile.count <= part.tokens {
        rows(WideTile(), columns, offset, TokenTile(part, token))
        token += WideTile.count
    }
    while token < part.tokens {
        rows(Tokens<1>(), columns, offset, TokenTile(part, token))
        token += 1
    }
}

/// One block of 256 columns.
private func rows256<let T: Int, let G: Int, let M: Int>(_: Tokens<T>, _: Groups<G>, _: Offset<M>, _ part: TokenTile) {
    let tile = part.tile
    let n = tile.interleave
    let x = tile.activations + tile.token &* 4
    var scaled = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    var minima = scaled
    for group in 0..<256 / G {
        let values = tile.weights + (ByteCodes256.codesOffset &+ group &* G &* 16)
        let dots = codeDots(Tokens<T>(), Groups<G>(), Offset<M>(), values, x + group &* G &* n, n)
        let scale = floats(word(tile.weights + (ByteCodes256.scalesOffset &+ group &* 64)))
        // A function, since closures in a loop of this length stay calls.
        @inline(__always)
        func addDots(_ t: Int) { scaled[t] = multiplyAdd16(floats(dots[t]), scale, scaled[t]) }
        Tokens<T>.each(addDots)
        if M == 0 {
            let minimum = minimum(Groups<G>(), tile.weights + ByteCodes256.minimaOffset, group)
            @inline(__always)
            func addMinima(_ t: Int) {
                minima[t] = multiplyAdd16(minimum, columnSum(Groups<G>(), tile, group, t), minima[t])
            }
            Tokens<T>.each(addMinima)
        }
    }
    let d = tile.weights.loadUnaligned(as: SIMD16<Float>.self)
    @inline(__always)
    func store(_ t: Int) {
        var value = scaled[t] * d
        if M == 0 {
            let scale = (tile.weights + ByteCodes256.minimumScaleOffset).loadUnaligned(as: SIMD16<Float>.self)
            value = multiplyAdd16(minima[t], G == 32 ? -scale : scale, value)
        }
        tile.store(multiplyAdd16(value, splat(x + (256 &* n &+ t &* 4)), part.sum(t)), token: t)
    }
    Tokens<T>.each(store)
}

/// The minima of a group.
@inline(__always)
private func minimum<let G: Int>(_: Groups<G>, _ minima: UnsafeRawPointer, _ group: Int) -> SIMD16<Float> {
    if G == 16 { return floats(word(minima + group &* 64)) }
    return floats((word(minima + group / 2 &* 64) &>> Int32(group % 2 &* 16)) & 0xFFFF)
}

/// `Σ x` of a group of 32, or `−32·Σ x` of a group of 16.
@inline(__always)
private func columnSum<let G: Int>(_: Groups<G>, _ tile: Tile, _ group: Int, _ t: Int) -> SIMD16<Float> {
    let n = tile.interleave
    let slot = tile.token &+ t
    if G == 16 {
        let sum = tile.activations + (276 &* n &+ (group &* n &+ slot) &* 4)
        return SIMD16(repeating: Float(sum.loadUnaligned(as: Int32.self)))
    }
    let sum = tile.activations + (260 &* n &+ slot &* 16 &+ group &* 2)
    return SIMD16(repeating: Float(sum.loadUnaligned(as: Int16.self)))
}

/// Up to 256 columns with a scale per `B`.
private func rows<let T: Int, let B: Int, let M: Int>(
    _: Tokens<T>, _: Columns<B>, _: Offset<M>, _ part: TokenTile
) {
    let tile = part.tile
    let n = tile.interleave
    var sums = InlineArray<T, SIMD16<Float>>(repeating: .zero)
    Tokens<T>.each { t in sums[t] = part.sum(t) }
    var x = tile.activations + tile.token &* 4
    var codes = tile.weights
    for _ in 0..<tile.columns / B {
        let dots = codeDots(Tokens<T>(), Groups<B>(), Offset<M>(), codes + ByteCodes<B>.codesOffset, x, n)
        let d = codes.loadUnaligned(as: SIMD16<Float>.self)
        @inline(__always)
        func addDots(_ t: Int) {
            var value = floats(dots[t]) * d
            if M == 0 {
                let sum = (x + ((B + 4) &* n &+ t &* 4)).loadUnaligned(as: Int32.self)
                let m = (codes + 64).loadUnaligned(as: SIMD16<Float>.self)
                value = multiplyAdd16(SIMD16(repeating: Float(sum)), m, value)
            }
            sums[t] = multiplyAdd16(value, splat(x + (B &* n &+ t &* 4)), sums[t])
        }
        Tokens<T>.each(addDots)
        x += (B + 8) &* n
        codes += ByteCodes<B>.byteCount
    }
    Tokens<T>.each { t in tile.store(sums[t], token: t) }
}

@inline(__always)
private func word(_ p: UnsafeRawPointer) -> SIMD16<Int32> { p.loadUnaligned(as: SIMD16<Int32>.self) }
