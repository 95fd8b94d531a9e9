import Platform
import Quantization

// One unit of work is the query heads of one key-value head for a block of consecutive rows of one sequence. It walks
// the sequence's pages in order. Softmax runs on inside a segment of sixteen pages at fixed absolute positions;
// segments are merged in order. A long sequence with a single block (decode) may be cut into one unit per segment,
// merged in the same order afterwards: the same operations on the same numbers, whoever does them.

/// Numbers that decide how attention is cut; they do not change its results, but for `segmentPages`.
private enum Cut {
    /// Pages of a softmax segment.
    static let segmentPages = 16
    /// Queries of a block: rows times heads of a group.
    static let blockQueries = 48
    /// Units per thread from which sequences are no longer cut into segments.
    static let unitsPerThread = 4
    /// Partial results that sequences cut into segments may have.
    static let partialSlots = 256

    static let segmentPositions = segmentPages * CacheLayout.pagePositions

    static func blockRows(groupSize: Int) -> Int { max(1, blockQueries / groupSize) }
    static func maximumQueries(groupSize: Int) -> Int { max(blockQueries, groupSize) }
}

/// Scratch memory of attention.
@safe final class AttentionMemory {
    private let scratch: AlignedBuffer
    private let partials: AlignedBuffer
    private let scoreFloats: Int
    private let headFloats: Int
    private let queryFloats: Int
    private let threadFloats: Int
    private let partialFloats: Int
    private let queryCount: Int
    private let groupSize: Int
    private let keyLength: Int
    private let valueStride: Int
    /// Units of the current step and layer, one entry per sequence.
    var work: [SequenceWork] = []

    /// How one sequence of a step is cut.
    struct SequenceWork {
        /// First unit of the sequence.
        var firstUnit: Int
        /// Blocks of rows, or segments.
        var pieces: Int
        /// Where partial results of the sequence go; nil if its units are blocks.
        var firstPartial: Int?
    }

    init(_ plan: WorkspacePlan, threadCount: Int, queryTile: Int) throws(PlatformError) {
        groupSize = max(plan.groupSize, 1)
        queryCount = Cut.maximumQueries(groupSize: groupSize)
        keyLength = plan.keyLength
        valueStride = Activation.stride(columns: plan.valueLength)
        headFloats = Activation.stride(columns: max(keyLength, valueStride))
        scoreFloats = queryTile * CacheLayout.pagePositions
        // A packed query of integers takes two words more than a quarter of its floats.
        queryFloats = keyLength + 2
        threadFloats =
            headFloats + scoreFloats + Activation.stride(columns: queryCount * (queryFloats + 2 * (valueStride + 2)))
        partialFloats = Activation.stride(columns: groupSize * (valueStride + 2))
        scratch = try AlignedBuffer(count: threadFloats * threadCount * 4)
        partials = try AlignedBuffer(count: partialFloats * Cut.partialSlots * 4)
        work.reserveCapacity(plan.limits.sequences)
    }

    var byteCount: Int { scratch.count + partials.count }

    /// A thread's scratch for one head's key or value.
    func head(thread: Int) -> UnsafeMutablePointer<Float> { unsafe scratch.floats + thread * threadFloats }

    /// The rest of a thread's scratch as a block, and sums to merge segments into.
    func block(
        thread: Int, queryCount count: Int, shape: AttentionShape, firstPosition: Int
    ) -> (block: AttentionBlock, total: AttentionSums) {
        precondition(count <= queryCount && shape.keyLength <= keyLength && shape.valueStride <= valueStride)
        let base = unsafe head(thread: thread) + headFloats
        let queries = unsafe base + scoreFloats
        let running = unsafe queries + queryCount * queryFloats
        let total = unsafe running + queryCount * (valueStride + 2)
        let block = unsafe AttentionBlock(
            queries: queries, scores: base, running: sums(running, count), shape: shape, firstPosition: firstPosition)
        return unsafe (block, sums(total, count))
    }

    /// The partial result of one segment.
    func partial(_ slot: Int, queryCount count: Int) -> AttentionSums {
        precondition(slot < Cut.partialSlots && count <= groupSize)
        return unsafe sums(partials.floats + slot * partialFloats, count)
    }

    private func sums(_ base: UnsafeMutablePointer<Float>, _ count: Int) -> AttentionSums {
        unsafe AttentionSums(maxima: base, sums: base + count, values: base + 2 * count, queryCount: count)
    }
}

extension AttentionSums {
    /// Nothing seen yet.
    func reset(valueStride: Int) {
        unsafe maxima.update(repeating: -.infinity, count: queryCount)
        unsafe sums.update(repeating: 0, count: queryCount)
        unsafe values.update(repeating: 0, count: queryCount * valueStride)
    }
}

extension CPUBackend {
    package func attend(
        _ inputs: AttentionInputs, _ attention: Attention, layer: Int, into output: Activation
    ) {
        let memory = memoryOfStep
        guard let place = memory.cache.layers[layer] else { preconditionFailure("layer \(layer) has no cache") }
        precondition(place.state.keyLength == attention.keyLength && place.state.valueLength == attention.valueLength)
        precondition(place.state.keyValueHeadCount == attention.keyValueHeadCount)
        let head = HeadShape(
            keyLength: attention.keyLength, valueLength: attention.valueLength, numbers: memory.cache.element.numbers)
        let cache = unsafe LayerCache(
            base: memory.pages.base + place.offset, pageBytes: memory.cache.pageBytes, place: place, head: head)
        if let keys = inputs.keys, let values = inputs.values {
            unsafe gang.run(
                StorePhase(
                    vectors: vectors, cache: cache, memory: memory.attention, places: memory.places,
                    keys: (rows(keys), keys),
                    values: (rows(values), values)))
        }
        zeroPadding(output)
        let phase = unsafe AttentionPhase(
            vectors: vectors, cache: cache, memory: memory.attention, batch: batch, attention: attention,
            queries: (UnsafePointer(rows(inputs.queries)), inputs.queries), output: (writableRows(output), output),
            sinks: attention.sinks.map { unsafe vector($0) })
        phase.run(on: gang)
    }

    private func zeroPadding(_ x: Activation) {
        guard x.columns < x.stride else { return }
        let base = unsafe writableRows(x)
        for row in 0..<x.rows {
            for column in x.columns..<x.stride { unsafe base[row * x.stride + column] = 0 }
        }
    }
}

/// One layer's part of the cache.
@safe private struct LayerCache {
    let base: UnsafeMutableRawPointer
    let pageBytes: Int
    let place: CacheLayout.Layer
    let head: HeadShape

    /// One head's part of a page.
    func page(_ page: Int32, head: Int) -> AttentionPage {
        let keys = unsafe base + Int(page) * pageBytes + head * place.headBytes
        return unsafe AttentionPage(keys: keys, values: keys + place.valueOffset)
    }
}

/// Writes the keys and values of some rows per chunk.
@safe private struct StorePhase: Phase {
    let vectors: any VectorKernels.Type
    let cache: LayerCache
    let memory: AttentionMemory
    let places: RowPlaces
    let keys: (rows: UnsafeMutablePointer<Float>, view: Activation)
    let values: (rows: UnsafeMutablePointer<Float>, view: Activation)

    private var chunkRows: Int { unsafe rowsPerChunk(columns: keys.view.columns) }
    var chunkCount: Int { unsafe (keys.view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        let head = cache.head
        for row in unsafe chunk * chunkRows..<min((chunk + 1) * chunkRows, keys.view.rows) {
            let place = places[row]
            for index in 0..<cache.place.state.keyValueHeadCount {
                unsafe vectors.store(
                    CacheEntry(
                        key: keys.rows + row * keys.view.stride + index * head.keyLength,
                        value: values.rows + row * values.view.stride + index * head.valueLength,
                        shape: head, page: cache.page(place.page, head: index), position: Int(place.entry),
                        scratch: memory.head(thread: thread)))
            }
        }
    }
}

/// Attention of one layer in one step.
@safe private struct AttentionPhase: Phase {
    let vectors: any VectorKernels.Type
    let cache: LayerCache
    let memory: AttentionMemory
    let batch: Batch
    let attention: Attention
    let queries: (rows: UnsafePointer<Float>, view: Activation)
    let output: (rows: UnsafeMutablePointer<Float>, view: Activation)
    let sinks: UnsafePointer<Float>?

    private var groupSize: Int { attention.headCount / attention.keyValueHeadCount }
    private var window: Int { attention.window ?? AttentionShape.unlimited }
    private var ahead: Int { attention.ahead ?? AttentionShape.unlimited }
    private var blockRows: Int { Cut.blockRows(groupSize: groupSize) }

    private var shape: AttentionShape {
        var shape = AttentionShape(
            groupSize: groupSize, head: cache.head, window: window, softCap: attention.softCap ?? 0)
        shape.ahead = ahead
        return shape
    }

    /// Plans the units, runs them, and merges what was cut into segments.
    func run(on gang: ThreadGang) {
        plan(threadCount: gang.threadCount)
        gang.run(self)
        if memory.work.contains(where: { $0.firstPartial != nil }) { gang.run(MergePhase(attention: self)) }
    }

    /// First position that a row at `position` sees.
    private func firstVisible(_ position: Int) -> Int { window > position ? 0 : position - window + 1 }

    /// One past the last position that a row at `position` sees.
    private func endVisible(_ position: Int, _ slice: SequenceSlice) -> Int {
        min(position + 1 + ahead, slice.endPosition)
    }

    /// Segments that the rows of a sequence see.
    private func segments(_ slice: SequenceSlice) -> Range<Int> {
        let first = firstVisible(slice.firstPosition) / Cut.segmentPositions
        return first..<(slice.endPosition - 1) / Cut.segmentPositions + 1
    }

    private func plan(threadCount: Int) {
        memory.work.removeAll(keepingCapacity: true)
        let heads = attention.keyValueHeadCount
        var units = 0
        for slice in batch.sequences { units += heads * blockCount(slice) }
        let wantsMore = units < threadCount * Cut.unitsPerThread
        var (next, partials) = (0, 0)
        for slice in batch.sequences {
            var work = AttentionMemory.SequenceWork(firstUnit: next, pieces: blockCount(slice), firstPartial: nil)
            let segmentCount = segments(slice).count
            let slots = segmentCount * heads
            // A single row is a group of queries, which is what a partial result has room for.
            if wantsMore, slice.rows.count == 1, segmentCount > 1, partials + slots <= Cut.partialSlots {
                work.pieces = segmentCount
                work.firstPartial = partials
                partials += slots
            }
            next += heads * work.pieces
            memory.work.append(work)
        }
    }

    private func blockCount(_ slice: SequenceSlice) -> Int { (slice.rows.count + blockRows - 1) / blockRows }

    var chunkCount: Int {
        guard let last = memory.work.last else { return 0 }
        return last.firstUnit + last.pieces * attention.keyValueHeadCount
    }

    func run(chunk: Int, thread: Int) {
        // The last sequence that starts at or before the unit.
        var (low, high) = (0, memory.work.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if memory.work[middle].firstUnit <= chunk { low = middle } else { high = middle - 1 }
        }
        let work = memory.work[low]
        let (head, piece) = (chunk - work.firstUnit).quotientAndRemainder(dividingBy: work.pieces)
        if let firstPartial = work.firstPartial {
            let segment = segments(batch.sequences[low]).lowerBound + piece
            attendSegment(low, head: head, segment: segment, partial: firstPartial + head * work.pieces + piece, thread)
        } else {
            // Later blocks see more positions: longest first.
            attendBlock(low, head: head, block: work.pieces - 1 - piece, thread)
        }
    }
}

// MARK: Units

extension AttentionPhase {
    /// All segments of a block of rows.
    private func attendBlock(_ sequence: Int, head: Int, block index: Int, _ thread: Int) {
        let slice = batch.sequences[sequence]
        let rows = index * blockRows..<min((index + 1) * blockRows, slice.rows.count)
        let (block, total) = pack(slice, rows, head: head, thread)
        let first = firstVisible(slice.firstPosition + rows.lowerBound) / Cut.segmentPositions
        let last = (endVisible(slice.firstPosition + rows.upperBound - 1, slice) - 1) / Cut.segmentPositions
        total.reset(valueStride: block.shape.valueStride)
        for segment in first...last {
            block.running.reset(valueStride: block.shape.valueStride)
            walk(slice, rows, head: head, segment: segment, block)
            vectors.merge(block.running, into: total, valueStride: block.shape.valueStride)
        }
        finish(total, slice.rows.lowerBound + rows.lowerBound, head: head)
    }

    /// One segment of a single row, kept as a partial result.
    private func attendSegment(_ sequence: Int, head: Int, segment: Int, partial: Int, _ thread: Int) {
        let slice = batch.sequences[sequence]
        var (block, _) = pack(slice, 0..<1, head: head, thread)
        block.running = memory.partial(partial, queryCount: groupSize)
        block.running.reset(valueStride: block.shape.valueStride)
        walk(slice, 0..<1, head: head, segment: segment, block)
    }

    /// Merges the segments of a single row in order, and writes its result.
    func mergeSegments(_ sequence: Int, head: Int, firstPartial: Int, _ thread: Int) {
        let work = memory.work[sequence]
        let slice = batch.sequences[sequence]
        let (_, total) = memory.block(
            thread: thread, queryCount: groupSize, shape: shape, firstPosition: slice.firstPosition)
        total.reset(valueStride: shape.valueStride)
        for piece in 0..<work.pieces {
            let partial = memory.partial(firstPartial + head * work.pieces + piece, queryCount: groupSize)
            vectors.merge(partial, into: total, valueStride: shape.valueStride)
        }
        finish(total, slice.rows.lowerBound, head: head)
    }

    private func pack(
        _ slice: SequenceSlice, _ rows: Range<Int>, head: Int, _ thread: Int
    ) -> (block: AttentionBlock, total: AttentionSums) {
        let packed = memory.block(
            thread: thread, queryCount: rows.count * groupSize, shape: shape,
            firstPosition: slice.firstPosition + rows.lowerBound)
        let row = slice.rows.lowerBound + rows.lowerBound
        let source = unsafe BlockQueries(
            base: queries.rows + row * queries.view.stride + head * groupSize * attention.keyLength,
            rowStride: queries.view.stride, scale: attention.scale, scratch: memory.head(thread: thread))
        vectors.packQueries(source, into: packed.block)
        return packed
    }

    /// Attends to the pages of one segment, in order.
    private func walk(_ slice: SequenceSlice, _ rows: Range<Int>, head: Int, segment: Int, _ block: AttentionBlock) {
        let first = firstVisible(slice.firstPosition + rows.lowerBound)
        let end = endVisible(slice.firstPosition + rows.upperBound - 1, slice)
        let size = CacheLayout.pagePositions
        for index in max(segment * Cut.segmentPages, first / size)..<(segment + 1) * Cut.segmentPages {
            let start = index * size
            guard start < end else { return }
            var page = cache.page(slice.pages[position: start].index, head: head)
            page.firstPosition = start
            page.entries = max(0, first - start)..<min(size, end - start)
            if start + size < end {
                let next = unsafe cache.page(slice.pages[position: start + size].index, head: head).keys
                page.nextDistance = unsafe next - page.keys
            }
            vectors.attend(block, to: page)
        }
    }

    /// Writes the results of the queries of consecutive rows, the first of which is `row`.
    private func finish(_ total: AttentionSums, _ row: Int, head: Int) {
        for query in 0..<total.queryCount {
            let queryHead = head * groupSize + query % groupSize
            let target = unsafe output.rows + (row + query / groupSize) * output.view.stride
            let sink = unsafe sinks.map { unsafe $0[queryHead] } ?? -.infinity
            unsafe vectors.finish(
                total, query: query, sink: sink, shape: shape, into: target + queryHead * attention.valueLength)
        }
    }
}

/// Merges the partial results of one sequence and head per chunk.
@safe private struct MergePhase: Phase {
    let attention: AttentionPhase

    private var heads: Int { attention.attention.keyValueHeadCount }
    var chunkCount: Int { attention.memory.work.count * heads }

    func run(chunk: Int, thread: Int) {
        let (sequence, head) = chunk.quotientAndRemainder(dividingBy: heads)
        guard let firstPartial = attention.memory.work[sequence].firstPartial else { return }
        attention.mergeSegments(sequence, head: head, firstPartial: firstPartial, thread)
    }
}
