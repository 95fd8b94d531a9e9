import Intrinsics
package import Quantization

// Attention of a block of queries to one page, in three steps: scores of all queries (keys lie transposed, so a lane is
// a position and there is no sum across lanes), softmax against a running maximum, weighted values. A score is one chain
// of products in the order of the key, a value one chain in the order of positions, however queries are tiled; masked
// positions add an exact zero. So a row's result does not depend on the rows beside it. Scores are in units of ln 2, so
// that the exponential is a power of two.

let log2e: Float = 1.442_695_04

extension Vectors {
    package static var queryTile: Int { tileWidth(QueryTileWidth()) }

    @inline(__always)
    private static func tileWidth<let count: Int>(_: Lanes<count>) -> Int { count }

    /// Calls `body` with the first query and the number of queries of every tile, all nearly equal.
    @inline(__always)
    static func forEachTile(_ queryCount: Int, _ body: (Int, Int) -> Void) {
        let tiles = (queryCount + queryTile - 1) / queryTile
        var first = 0
        for tile in 1...max(tiles, 1) {
            let next = tile * queryCount / tiles
            body(first, next - first)
            first = next
        }
    }

    package static func packQueries(_ queries: BlockQueries, into block: AttentionBlock) {
        let shape = block.shape
        if shape.head.hasCodes { return packByteQueries(queries, into: block) }
        let scale = shape.softCap > 0 ? queries.scale : queries.scale * log2e
        forEachTile(block.queryCount) { first, count in
            let packed = block.queries + first * shape.keyLength
            for m in 0..<count {
                let (row, head) = (first + m).quotientAndRemainder(dividingBy: shape.groupSize)
                let query = queries.base + (row * queries.rowStride + head * shape.keyLength)
                for d in 0..<shape.keyLength { packed[d &* count &+ m] = query[d] * scale }
            }
        }
    }

    package static func attend(_ block: AttentionBlock, to page: AttentionPage) {
        switch block.shape.head.numbers {
        case .float32: attend(block, to: page, by: FloatSteps<FloatNumber>.self)
        case .float16: attend(block, to: page, by: FloatSteps<HalfNumber>.self)
        case .int8: attend(block, to: page, by: ByteSteps.self)
        }
    }

    @inline(__always)
    private static func attend<Steps: AttentionSteps>(
        _ block: AttentionBlock, to page: AttentionPage, by steps: Steps.Type
    ) {
        forEachTile(block.queryCount) { first, count in
            var page = page
            let rows = first / block.shape.groupSize...(first + count - 1) / block.shape.groupSize
            page.entries = visible(to: rows, of: block, page)
            if page.entries.isEmpty { return }
            if first > 0 { page.nextDistance = 0 }
            let tile = QueryTile(first: first, hidesSome: hidesSome(from: rows, of: block, page))
            switch count {
            case 1: attendTile(Lanes<1>(), block, page, tile, steps)
            case 2: attendTile(Lanes<2>(), block, page, tile, steps)
            case 3: attendTile(Lanes<3>(), block, page, tile, steps)
            case 4: attendTile(Lanes<4>(), block, page, tile, steps)
            case 5: attendTile(Lanes<5>(), block, page, tile, steps)
            default: attendTile(Lanes<6>(), block, page, tile, steps)
            }
        }
    }

    /// Entries of the page that some of the rows see.
    @inline(__always)
    private static func visible(
        to rows: ClosedRange<Int>, of block: AttentionBlock, _ page: AttentionPage
    ) -> Range<Int> {
        let offset = block.firstPosition - page.firstPosition
        let lower = max(page.entries.lowerBound, offset + rows.lowerBound - block.shape.window + 1)
        return lower..<max(lower, min(page.entries.upperBound, offset + rows.upperBound + 1 + block.shape.ahead))
    }

    /// Whether a row does not see all of the groups of sixteen that hold the page's entries, or scores have a cap.
    @inline(__always)
    private static func hidesSome(
        from rows: ClosedRange<Int>, of block: AttentionBlock, _ page: AttentionPage
    ) -> Bool {
        let offset = block.firstPosition - page.firstPosition
        let groups = groups(page)
        return offset + rows.upperBound - block.shape.window + 1 > groups.lowerBound
            || min(offset + rows.lowerBound + 1 + block.shape.ahead, page.entries.upperBound) < groups.upperBound
            || block.shape.softCap > 0
    }
}

/// Some adjacent queries of a block.
struct QueryTile {
    /// Number of the first query.
    let first: Int
    /// Whether scores must be hidden or capped.
    let hidesSome: Bool
}

/// The three steps for one tile of queries.
private func attendTile<Steps: AttentionSteps, let queryCount: Int>(
    _ lanes: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ tile: QueryTile, _ steps: Steps.Type
) {
    steps.scores(lanes, block, page, tile.first)
    if tile.hidesSome { for m in 0..<queryCount { hide(block, page, tile.first + m, block.scores + m * 64) } }
    updateSoftmax(lanes, block, page, tile.first, steps)
    steps.values(lanes, block, page, tile.first)
}

/// The steps on a page that depend on what its numbers are.
protocol AttentionSteps {
    /// Writes the scores of a tile of queries with the groups of sixteen positions that hold the page's entries.
    static func scores<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int)
    /// Where a page has a factor for each position's softmax weights.
    static func factors(_ block: AttentionBlock, _ page: AttentionPage) -> UnsafeRawPointer
    /// Multiplies the weights of sixteen positions with their factors.
    static func multiply(_ weights: Vector, _ factors: UnsafeRawPointer) -> Vector
    /// Fetches some of the next page while the softmax of sixteen positions keeps memory idle.
    static func fetchNext(_ block: AttentionBlock, _ page: AttentionPage, position: Int)
    /// Adds the weighted values of the page's entries for a tile of queries.
    static func values<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int)
}

private enum FloatSteps<Number: CacheNumber>: AttentionSteps {
    @inline(__always)
    static func scores<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int
    ) {
        let groupBytes = block.shape.keyLength * 16 * Number.byteCount
        let queries = block.queries + first * block.shape.keyLength
        var group = page.entries.lowerBound / 16
        let end = (page.entries.upperBound + 15) / 16
        while group < end {
            let keys = UnsafeRawPointer(page.keys) + group * groupBytes
            let output = block.scores + group * 16
            group += scoreGroups(
                tile, VectorTileWidth(), queries, keys, groupBytes: groupBytes, available: end - group, output,
                fetching: page.nextDistance, Number.self)
        }
    }

    @inline(__always)
    static func factors(_ block: AttentionBlock, _ page: AttentionPage) -> UnsafeRawPointer {
        UnsafeRawPointer(page.values)
    }

    /// Floats need none.
    @inline(__always)
    static func multiply(_ weights: Vector, _ factors: UnsafeRawPointer) -> Vector { weights }

    /// The loops over keys and values take long enough.
    @inline(__always)
    static func fetchNext(_ block: AttentionBlock, _ page: AttentionPage, position: Int) {}

    @inline(__always)
    static func values<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int
    ) {
        let stride = block.shape.valueStride
        let weights = block.scores
        var column = 0
        while column < stride {
            let output = block.running.values + (first * stride + column)
            column += valueColumns(
                tile, VectorTileWidth(), weights, page, column: column, stride: stride, output,
                fetching: page.nextDistance, Number.self)
        }
    }
}

// MARK: Scores

/// Scores with as many groups as the registers hold if they are there, else with one; returns how many.
@inline(__always)
private func scoreGroups<Number: CacheNumber, let queryCount: Int, let groupCount: Int>(
    _ tile: Lanes<queryCount>, _ groups: Lanes<groupCount>, _ queries: UnsafePointer<Float>, _ keys: UnsafeRawPointer,
    groupBytes: Int, available: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int,
    _ number: Number.Type
) -> Int {
    if available >= groupCount {
        scoreTile(tile, groups, queries, keys, groupBytes: groupBytes, output, fetching: distance, number)
        return groupCount
    }
    scoreTile(tile, Lanes<1>(), queries, keys, groupBytes: groupBytes, output, fetching: distance, number)
    return 1
}

@inline(__always)
private func scoreTile<Number: CacheNumber, let queryCount: Int, let groupCount: Int>(
    _: Lanes<queryCount>, _: Lanes<groupCount>, _ queries: UnsafePointer<Float>, _ keys: UnsafeRawPointer,
    groupBytes: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int, _ number: Number.Type
) {
    let zeros = InlineArray<groupCount, Vector>(repeating: Vector())
    var sums = InlineArray<queryCount, InlineArray<groupCount, Vector>>(repeating: zeros)
    var key = keys
    var query = queries
    let end = keys + groupBytes
    while key < end {
        var k = zeros
        for g in 0..<groupCount { k[g] = Number.load16(key + g &* groupBytes) }
        if distance != 0 { for g in 0..<groupCount { isa_prefetch_l2(key + (g &* groupBytes &+ distance)) } }
        for m in 0..<queryCount {
            let q = Vector(repeating: query[m])
            for g in 0..<groupCount { sums[m][g] = multiplyAdd16(k[g], q, sums[m][g]) }
        }
        key += 16 * Number.byteCount
        query += queryCount
    }
    for m in 0..<queryCount {
        for g in 0..<groupCount { storeVector(output, m &* 64 &+ g &* 16, sums[m][g]) }
    }
}

// MARK: Softmax

/// Caps the scores of one query, and hides those of positions that it does not see behind −∞.
@inline(never)
private func hide(
    _ block: AttentionBlock, _ page: AttentionPage, _ query: Int, _ scores: UnsafeMutablePointer<Float>
) {
    let (shape, groups) = (block.shape, groups(page))
    let position = block.firstPosition + query / shape.groupSize - page.firstPosition
    // Lanes are numbered by floats, whose comparisons become vector instructions.
    let lower = Float(max(position - shape.window + 1, 0))
    let upper = Float(min(position + 1 + shape.ahead, page.entries.upperBound))
    var lanes = laneNumbers + Float(groups.lowerBound)
    for i in stride(from: groups.lowerBound, to: groups.upperBound, by: 16) {
        var s = load(scores, i)
        if shape.softCap > 0 { s = Vectors.capped(s, shape.softCap) * log2e }
        s = s.replacing(with: -.infinity, where: lanes .< lower)
        storeVector(scores, i, s.replacing(with: -.infinity, where: lanes .>= upper))
        lanes += 16
    }
}

/// The groups of sixteen that hold the page's entries, as positions.
@inline(__always)
func groups(_ page: AttentionPage) -> Range<Int> {
    page.entries.lowerBound & ~15..<(page.entries.upperBound + 15) & ~15
}

/// Turns the scores of a tile into weights relative to about each query's maximum, and scales what it has seen before.
@inline(__always)
private func updateSoftmax<Steps: AttentionSteps, let queryCount: Int>(
    _: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int, _ steps: Steps.Type
) {
    let scores = block.scores
    let groups = groups(page)
    var maxima = InlineArray<queryCount, Vector>(repeating: Vector(repeating: -.infinity))
    for i in stride(from: groups.lowerBound, to: groups.upperBound, by: 16) {
        for m in 0..<queryCount { maxima[m] = greater(maxima[m], load(scores, m &* 64 &+ i)) }
    }
    var shifts = InlineArray<queryCount, Float>(repeating: 0)
    for m in 0..<queryCount { shifts[m] = greatest(maxima[m]) }
    for m in 0..<queryCount where block.running.maxima[first &+ m] + headroom < shifts[m] {
        rescale(block, first &+ m, to: shifts[m])
    }
    for m in 0..<queryCount {
        // A query that has seen nothing yet has nothing but −∞, which is no difference of two.
        let maximum = block.running.maxima[first &+ m]
        shifts[m] = maximum == -.infinity ? 0 : maximum
    }
    var sums = InlineArray<queryCount, Vector>(repeating: Vector())
    let factors = steps.factors(block, page)
    var i = groups.lowerBound
    while i < groups.upperBound {
        steps.fetchNext(block, page, position: i)
        for m in 0..<queryCount {
            let e = powerOfTwo(load(scores, m &* 64 &+ i) - shifts[m])
            sums[m] += e
            storeVector(scores, m &* 64 &+ i, steps.multiply(e, factors + i &* 4))
        }
        i &+= 16
    }
    for m in 0..<queryCount { block.running.sums[first &+ m] += sum(sums[m]) }
}

/// How far scores may pass what weights are relative to before everything so far is scaled anew, as a power of two:
/// every greater score of a page would cost a branch that is guessed wrong and a pass over the sums.
private let headroom: Float = 8

/// Relates the sums of a query to a new maximum.
@inline(never)
private func rescale(_ block: AttentionBlock, _ query: Int, to maximum: Float) {
    let before = block.running.maxima[query]
    block.running.maxima[query] = maximum
    // Nothing has been summed yet.
    if before == -.infinity { return }
    let factor = powerOfTwo(before - maximum)
    block.running.sums[query] *= factor
    let stride = block.shape.valueStride
    Vectors.scale(block.running.values + query * stride, by: factor, count: stride)
}

// MARK: Values

/// Adds as many vectors of columns as the registers hold if they are there, else one; returns the columns done.
@inline(__always)
private func valueColumns<Number: CacheNumber, let queryCount: Int, let vectorCount: Int>(
    _ tile: Lanes<queryCount>, _ vectors: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ page: AttentionPage,
    column: Int, stride: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int, _ number: Number.Type
) -> Int {
    let values = UnsafeRawPointer(page.values) + column * Number.byteCount
    if stride - column >= vectorCount * 16 {
        valueTile(tile, vectors, weights, values, page.entries, stride: stride, output, fetching: distance, number)
        return vectorCount * 16
    }
    valueTile(tile, Lanes<1>(), weights, values, page.entries, stride: stride, output, fetching: distance, number)
    return 16
}

@inline(__always)
private func valueTile<Number: CacheNumber, let queryCount: Int, let vectorCount: Int>(
    _: Lanes<queryCount>, _: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ values: UnsafeRawPointer,
    _ entries: Range<Int>, stride: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int,
    _ number: Number.Type
) {
    let zeros = InlineArray<vectorCount, Vector>(repeating: Vector())
    var sums = InlineArray<queryCount, InlineArray<vectorCount, Vector>>(repeating: zeros)
    for m in 0..<queryCount {
        for c in 0..<vectorCount { sums[m][c] = load(output, m &* stride &+ c &* 16) }
    }
    let rowBytes = stride * Number.byteCount
    var row = values + entries.lowerBound * rowBytes
    var weight = weights + entries.lowerBound
    let end = weights + entries.upperBound
    while weight < end {
        var v = zeros
        for c in 0..<vectorCount { v[c] = Number.load16(row + c &* (16 * Number.byteCount)) }
        if distance != 0 {
            for c in 0..<vectorCount { isa_prefetch_l2(row + (c &* (16 * Number.byteCount) &+ distance)) }
        }
        for m in 0..<queryCount {
            let w = Vector(repeating: weight[m &* 64])
            for c in 0..<vectorCount { sums[m][c] = multiplyAdd16(v[c], w, sums[m][c]) }
        }
        row += rowBytes
        weight += 1
    }
    for m in 0..<queryCount {
        for c in 0..<vectorCount { storeVector(output, m &* stride &+ c &* 16, sums[m][c]) }
    }
}

// MARK: Sums

extension Vectors {
    package static func merge(_ other: AttentionSums, into total: AttentionSums, valueStride: Int) {
        for query in 0..<total.queryCount {
            let values = total.values + query * valueStride
            let added = UnsafePointer(other.values + query * valueStride)
            let (a, b) = (total.maxima[query], other.maxima[query])
            if b == -.infinity { continue }
            if a == -.infinity {
                total.maxima[query] = b
                total.sums[query] = other.sums[query]
                values.update(from: added, count: valueStride)
                continue
            }
            let maximum = a < b ? b : a
            let before = a == maximum ? 1 : powerOfTwo(a - maximum)
            let factor = b == maximum ? 1 : powerOfTwo(b - maximum)
            total.maxima[query] = maximum
            total.sums[query] = total.sums[query] * before + other.sums[query] * factor
            if before != 1 { scale(values, by: before, count: valueStride) }
            add(values, factor, times: added, count: valueStride)
        }
    }

    package static func finish(
        _ total: AttentionSums, query: Int, sink: Float, shape: AttentionShape, into output: UnsafeMutablePointer<Float>
    ) {
        let values = total.values + query * shape.valueStride
        var factor = 1 / total.sums[query]
        if sink > -.infinity {
            let maximum = max(total.maxima[query], sink * log2e)
            let share = powerOfTwo(total.maxima[query] - maximum)
            factor = share / (total.sums[query] * share + powerOfTwo(sink * log2e - maximum))
        }
        let whole = shape.valueLength / 16 * 16
        var i = 0
        while i < whole {
            storeVector(output, i, load(values, i) * factor)
            i += 16
        }
        for i in whole..<shape.valueLength { output[i] = values[i] * factor }
        if shape.head.hasCodes { rotate(output, count: shape.valueLength) }
    }
}
