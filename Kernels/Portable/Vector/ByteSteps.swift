import Intrinsics
import Quantization

// Attention to pages of integers. Scores are dot products of codes, exact, times the scales of query and key. Softmax
// weights take in the scales of the values and are rounded to 0...255 of the greatest in the page; what they add up to
// is exact again, and joins the running sums as a float. Everything else is as for floats.

enum ByteSteps: AttentionSteps {
    @inline(__always)
    static func scores<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int
    ) {
        let words = block.shape.head.keyWords
        let queries = UnsafeRawPointer(block.queries + first * block.shape.queryWords)
        let scales = UnsafeRawPointer(page.keys) + 256 * words
        var group = page.entries.lowerBound / 16
        let end = (page.entries.upperBound + 15) / 16
        while group < end {
            let keys = KeyGroups(
                codes: UnsafeRawPointer(page.keys) + group * words * 64, scales: scales + group * 64, words: words)
            let output = block.scores + group * 16
            group += scoreGroups(
                tile, VectorTileWidth(), queries, keys, available: end - group, output,
                fetching: page.nextDistance)
        }
    }

    /// The scales of the values.
    @inline(__always)
    static func factors(_ block: AttentionBlock, _ page: AttentionPage) -> UnsafeRawPointer {
        UnsafeRawPointer(page.values) + 64 * block.shape.valueStride
    }

    @inline(__always)
    static func multiply(_ weights: Vector, _ factors: UnsafeRawPointer) -> Vector {
        weights * factors.loadUnaligned(as: Vector.self)
    }

    /// The first of every four lines of keys and of values, which the loops over them leave out, and scales: memory
    /// would be idle during the softmax (with one token behind a long context 15 instead of 20 GB/s on Zen 4).
    @inline(__always)
    static func fetchNext(_ block: AttentionBlock, _ page: AttentionPage, position: Int) {
        guard page.nextDistance != 0 else { return }
        let head = block.shape.head
        let keys = UnsafeRawPointer(page.keys) + page.nextDistance
        let values = UnsafeRawPointer(page.values) + page.nextDistance
        isa_prefetch_l2(keys + (256 &* head.keyWords &+ position &* 4))
        isa_prefetch_l2(values + (64 &* head.valueStride &+ position &* 4))
        // Sixteen of 64 positions are a quarter of the page.
        var line = keys + head.keyWords / 4 &* (position &* 4)
        var end = line + head.keyWords / 4 &* 64
        while line < end {
            isa_prefetch_l2(line)
            line += 64
        }
        line = values + position &* head.valueStride
        end = line + head.valueStride &* 16
        while line < end {
            isa_prefetch_l2(line)
            line += 256
        }
    }

    @inline(__always)
    static func values<let queryCount: Int>(
        _ tile: Lanes<queryCount>, _ block: AttentionBlock, _ page: AttentionPage, _ first: Int
    ) {
        let stride = block.shape.valueStride
        let weights = block.scores
        roundWeights(tile, weights, page)
        var column = 0
        while column < stride {
            let output = block.running.values + (first * stride + column)
            column += valueColumns(
                tile, VectorTileWidth(), weights, page, column: column, stride: stride, output,
                fetching: page.nextDistance)
        }
    }
}

// MARK: Scores

/// Groups of sixteen positions, one behind the other.
private struct KeyGroups {
    let codes: UnsafeRawPointer
    let scales: UnsafeRawPointer
    let words: Int
}

/// Scores with as many groups as the registers hold if they are there, else with one; returns how many.
@inline(__always)
private func scoreGroups<let queryCount: Int, let groupCount: Int>(
    _ tile: Lanes<queryCount>, _ groups: Lanes<groupCount>, _ queries: UnsafeRawPointer, _ keys: KeyGroups,
    available: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int
) -> Int {
    if available >= groupCount {
        scoreTile(tile, groups, queries, keys, output, fetching: distance)
        return groupCount
    }
    scoreTile(tile, Lanes<1>(), queries, keys, output, fetching: distance)
    return 1
}

@inline(__always)
private func scoreTile<let queryCount: Int, let groupCount: Int>(
    _: Lanes<queryCount>, _: Lanes<groupCount>, _ queries: UnsafeRawPointer, _ keys: KeyGroups,
    _ output: UnsafeMutablePointer<Float>, fetching distance: Int
) {
    let zeros = InlineArray<groupCount, SIMD16<Int32>>(repeating: SIMD16())
    var sums = InlineArray<queryCount, InlineArray<groupCount, SIMD16<Int32>>>(repeating: zeros)
    let scales = queries + keys.words &* 4 &* queryCount
    for m in 0..<queryCount {
        let start = keySums16((scales + (queryCount &+ m) &* 4).loadUnaligned(as: Int32.self))
        for g in 0..<groupCount { sums[m][g] = start }
    }
    let noKeys = InlineArray<groupCount, SIMD16<UInt32>>(repeating: SIMD16())
    var key = keys.codes
    var query = queries
    let groupBytes = keys.words &* 64
    let end = key + groupBytes
    while key < end {
        var k = noKeys
        for g in 0..<groupCount { k[g] = (key + g &* groupBytes).loadUnaligned(as: SIMD16<UInt32>.self) }
        if distance != 0 { for g in 1..<groupCount { isa_prefetch_l2(key + (g &* groupBytes &+ distance)) } }
        for m in 0..<queryCount {
            let q = (query + m &* 4).loadUnaligned(as: UInt32.self)
            for g in 0..<groupCount { sums[m][g] = addKeyProducts16(sums[m][g], k[g], q) }
        }
        key += 64
        query += queryCount &* 4
    }
    // In the order in which the sums were made, or they would go through memory.
    for m in 0..<queryCount {
        let scale = (scales + m &* 4).loadUnaligned(as: Float.self)
        for g in 0..<groupCount {
            let unit = (keys.scales + g &* 64).loadUnaligned(as: Vector.self) * scale
            storeVector(output, m &* 64 &+ g &* 16, floats16(sums[m][g]) * unit)
        }
    }
}

// MARK: Values

/// Rounds the weights of a tile: 64 bytes and a factor in place of 64 floats.
@inline(__always)
private func roundWeights<let queryCount: Int>(
    _: Lanes<queryCount>, _ weights: UnsafeMutablePointer<Float>, _ page: AttentionPage
) {
    let groups = groups(page)
    var greatests = InlineArray<queryCount, Vector>(repeating: Vector())
    for i in stride(from: groups.lowerBound, to: groups.upperBound, by: 16) {
        for m in 0..<queryCount { greatests[m] = greater(greatests[m], load(weights, m &* 64 &+ i)) }
    }
    var factors = InlineArray<queryCount, Float>(repeating: 0)
    for m in 0..<queryCount { factors[m] = greatest(greatests[m]) }
    for m in 0..<queryCount {
        greatests[m] = Vector(repeating: factors[m] < 0x1p-110 ? 0 : 255 / factors[m])
    }
    for i in stride(from: groups.lowerBound, to: groups.upperBound, by: 16) {
        for m in 0..<queryCount {
            let row = weights + m &* 64
            let codes = unsafeBitCast(load(row, i) * greatests[m] + 0x1.8p23, to: SIMD16<Int32>.self)
            (UnsafeMutableRawPointer(row) + i).storeBytes(of: lowBytes16(codes), as: SIMD16<UInt8>.self)
        }
    }
    for m in 0..<queryCount { weights[m &* 64 &+ 16] = factors[m] / 255 }
}

/// Adds as many vectors of columns as the registers hold if they are there, else one; returns the columns done.
@inline(__always)
private func valueColumns<let queryCount: Int, let vectorCount: Int>(
    _ tile: Lanes<queryCount>, _ vectors: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ page: AttentionPage,
    column: Int, stride: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int
) -> Int {
    let values = UnsafeRawPointer(page.values) + column * 4
    if stride - column >= vectorCount * 16 {
        valueTile(tile, vectors, weights, values, page.entries, stride: stride, output, fetching: distance)
        return vectorCount * 16
    }
    valueTile(tile, Lanes<1>(), weights, values, page.entries, stride: stride, output, fetching: distance)
    return 16
}

@inline(__always)
private func valueTile<let queryCount: Int, let vectorCount: Int>(
    _: Lanes<queryCount>, _: Lanes<vectorCount>, _ weights: UnsafePointer<Float>, _ values: UnsafeRawPointer,
    _ entries: Range<Int>, stride: Int, _ output: UnsafeMutablePointer<Float>, fetching distance: Int
) {
    let zeros = InlineArray<vectorCount, SIMD16<Int32>>(repeating: SIMD16())
    var sums = InlineArray<queryCount, InlineArray<vectorCount, SIMD16<Int32>>>(repeating: zeros)
    let noValues = InlineArray<vectorCount, SIMD16<UInt32>>(repeating: SIMD16())
    let (first, end) = (entries.lowerBound / 4, (entries.upperBound + 3) / 4)
    var row = values + first * stride * 4
    var weight = UnsafeRawPointer(weights) + first * 4
    let last = UnsafeRawPointer(weights) + end * 4
    while weight < last {
        var v = noValues
        for c in 0..<vectorCount { v[c] = (row + c &* 64).loadUnaligned(as: SIMD16<UInt32>.self) }
        if distance != 0 { for c in 1..<vectorCount { isa_prefetch_l2(row + (c &* 64 &+ distance)) } }
        for m in 0..<queryCount {
            let w = (weight + m &* 256).loadUnaligned(as: UInt32.self)
            for c in 0..<vectorCount { sums[m][c] = addValueProducts16(sums[m][c], v[c], w) }
        }
        row += stride &* 4
        weight += 4
    }
    for m in 0..<queryCount {
        let factor = Vector(repeating: weights[m &* 64 &+ 16])
        for c in 0..<vectorCount {
            let position = m &* stride &+ c &* 16
            storeVector(output, position, multiplyAdd16(floats16(sums[m][c]), factor, load(output, position)))
        }
    }
}
