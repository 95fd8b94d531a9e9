package import Quantization

// Attention of a block of queries to one page, in three steps: scores of all queries (keys lie transposed, so a lane is
// a position and there is no sum across lanes), softmax against a running maximum, weighted values. A score is one chain
// of products in the order of the key, a value one chain in the order of positions, however queries are tiled; masked
// positions add an exact zero. So a row's result does not depend on the rows beside it. Scores are in units of ln 2, so
// that the exponential is a power of two.

private let log2e: Float = 1.442_695_04

extension Vectors {
    package static var queryTile: Int { tileWidth(QueryTileWidth()) }

    @inline(__always)
    private static func tileWidth<let count: Int>(_: Lanes<count>) -> Int { count }

    /// Calls `body` with the first query and the number of queries of every tile, all nearly equal.
    @inline(__always)
    private static func forEachTile(_ queryCount: Int, _ body: (Int, Int) -> Void) {
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
        if page.isHalf {
            attend(block, to: page, as: HalfNumber.self)
        } else {
            attend(block, to: page, as: FloatNumber.self)
        }
    }

    @inline(__always)
    private static func attend<Number: CacheNumber>(
        _ block: AttentionBlock, to page: AttentionPage, as number: Number.Type
    ) {
        forEachTile(block.queryCount) { first, count in
            var page = page
            page.entries = visible(to: first..<first + count, of: block, page)
            if page.entries.isEmpty { return }
            switch count {
            case 1: attendTile(Lanes<1>(), block, page, first, number)
            case 2: attendTile(Lanes<2>(), block, page, first, number)
            case 3: attendTile(Lanes<3>(), block, page, first, number)
            case 4: attendTile(Lanes<4>(), block, page, first, number)
            case 5: attendTile(Lanes<5>(), block, page, first, number)
            default: attendTile(Lanes<6>(), block, page, first, number)
            }
        }
    }

    /// Entries of the page that some of the queries see.
    @inline(__always)
    private static func visible(to queries: Range<Int>, of block: AttentionBlock, _ page: AttentionPage) -> Range<Int> {
        let offset = block.firstPosition - page.firstPosition
        let first = offset + queries.lowerBound / block.shape.groupSize
        let last = offset + (queries.upperBound - 1) / block.shape.groupSize
        let lower = max(page.entries.lowerBound, first - block.shape.window + 1)
        return lower..<max(lower, min(page.entries.upperBound, last + 1 + block.shape.ahead))
    }
}

/// The three steps for one tile of queries.
private func attendTile<Number: CacheNumber, let queryCount: Int>(
    _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int, _ number: Number.Type
) {
    scores(tile, block, page, first, number)
    for query in first..<first + queryCount { updateSoftmax(block, page, query) }
    values(tile, block, page, first, number)
}

// MARK: Scores

/// Scores of one tile of queries with the groups of sixteen positions that hold the page's entries.
private func scores<Number: CacheNumber, let queryCount: Int>(
    _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int, _ number: Number.Type
) {
    let groupBytes = block.shape.keyLength * 16 * Number.byteCount
    let queries = block.queries + first * block.shape.keyLength
    var group = page.entries.lowerBound / 16
    let end = (page.entries.upperBound + 15) / 16
    while group < end {
        let keys = UnsafeRawPointer(page.keys) + group * groupBytes
        let output = block.scores + (first * 64 + group * 16)
        group += scoreGroups(
            tile, VectorTileWidth(), queries, keys, groupBytes: groupBytes, available: end - group, output, number)
    }
}

/// Scores with as many groups as the registers hold if they are there, else with one; returns how many.
@inline(__always)
private func scoreGroups<Number: CacheNumber, let queryCount: Int, let groupCount: Int>(
    _ tile: Lanes<queryCount>, _ groups: Lanes<groupCount>, _ queries: UnsafePointer<Float>, _ keys: UnsafeRawPointer,
    groupBytes: Int, available: Int, _ output: UnsafeMutablePointer<Float>, _ number: Number.Type
) -> Int {
    if available >= groupCount {
        scoreTile(tile, groups, queries, keys, groupBytes: groupBytes, output, number)
        return groupCount
    }
    scoreTile(tile, Lanes<1>(), queries, keys, groupBytes: groupBytes, output, number)
    return 1
}

@inline(__always)
private func scoreTile<Number: CacheNumber, let queryCount: Int, let groupCount: Int>(
    _: Lanes<queryCount>, _: Lanes<groupCount>, _ queries: UnsafePointer<Float>, _ keys: UnsafeRawPointer,
    groupBytes: Int, _ output: UnsafeMutablePointer<Float>, _ number: Number.Type
) {
    let zeros = InlineArray<groupCount, Vector>(repeating: Vector())
    var sums = InlineArray<queryCount, InlineArray<groupCount, Vector>>(repeating: zeros)
    var key = keys
    var query = queries
    let end = keys + groupBytes
    while key < end {
        var k = zeros
        for g in 0..<groupCount { k[g] = Number.load16(key + g &* groupBytes) }
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

/// Turns the scores of one query into weights relative to its new maximum, and scales what it has seen before.
private func updateSoftmax(_ block: AttentionBlock, _ page: AttentionPage, _ query: Int) {
    let scores = block.scores + query * 64
    let position = block.firstPosition + query / block.shape.groupSize - page.firstPosition
    let lower = max(0, position - block.shape.window + 1)
    let visible = lower..<max(lower, min(position + 1 + block.shape.ahead, page.entries.upperBound))
    let groups = page.entries.lowerBound / 16 * 16..<(page.entries.upperBound + 15) / 16 * 16
    guard !visible.isEmpty else {
        for i in groups { scores[i] = 0 }
        return
    }
    let isWhole = visible.lowerBound <= groups.lowerBound && visible.upperBound >= groups.upperBound
    var maxima = Vector(repeating: -.infinity)
    var i = groups.lowerBound
    while i < groups.upperBound {
        var s = load(scores, i)
        if block.shape.softCap > 0 { s = Vectors.capped(s, block.shape.softCap) * log2e }
        if !isWhole {
            let lanes = laneNumbers &+ Int32(i)
            s = s.replacing(
                with: -.infinity,
                where: lanes .< Int32(visible.lowerBound) .| (lanes .>= Int32(visible.upperBound)))
        }
        storeVector(scores, i, s)
        maxima = greater(maxima, s)
        i += 16
    }
    let before = block.running.maxima[query]
    let now = greatest(maxima)
    let maximum = before < now ? now : before
    var sums = Vector()
    i = groups.lowerBound
    while i < groups.upperBound {
        let e = powerOfTwo(load(scores, i) - maximum)
        sums += e
        storeVector(scores, i, e)
        i += 16
    }
    let factor = before == maximum ? 1 : powerOfTwo(before - maximum)
    block.running.maxima[query] = maximum
    block.running.sums[query] = block.running.sums[query] * factor + sum(sums)
    if factor != 1 {
        let values = block.running.values + query * block.shape.valueStride
        Vectors.scale(values, by: factor, count: block.shape.valueStride)
    }
}

// MARK: Values

/// Adds the weighted values of the page's entries for one tile of queries.
private func values<Number: CacheNumber, let queryCount: Int>(
    _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int, _ number: Number.Type
) {
    let stride = block.shape.valueStride
    let weights = block.scores + first * 64
    var column = 0
    while column < stride {
        let output = block.running.values + (first * stride + column)
        column += valueColumns(
            tile, VectorTileWidth(), weights, page, column: column, stride: stride, output, number)
    }
}

/// Adds as many vectors of columns as the registers hold if they are there, else one; returns the columns done.
@inline(__always)
private func valueColumns<Number: CacheNumber, let queryCount: Int, let vectorCount: Int>(
    _ tile: Lanes<queryCount>, _ vectors: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ page: AttentionPage,
    column: Int, stride: Int, _ output: UnsafeMutablePointer<Float>, _ number: Number.Type
) -> Int {
    let values = UnsafeRawPointer(page.values) + column * Number.byteCount
    if stride - column >= vectorCount * 16 {
        valueTile(tile, vectors, weights, values, page.entries, stride: stride, output, number)
        return vectorCount * 16
    }
    valueTile(tile, Lanes<1>(), weights, values, page.entries, stride: stride, output, number)
    return 16
}

@inline(__always)
private func valueTile<Number: CacheNumber, let queryCount: Int, let vectorCount: Int>(
    _: Lanes<queryCount>, _: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ values: UnsafeRawPointer,
    _ entries: Range<Int>, stride: Int, _ output: UnsafeMutablePointer<Float>, _ number: Number.Type
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
    }
}
