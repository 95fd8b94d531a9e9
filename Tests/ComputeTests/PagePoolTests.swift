import Testing

import Compute

@Suite("Pages")
struct PagePoolTests {
    @Test("A pool hands out each page once and takes it back")
    func takeAndRelease() {
        var pool = PagePool(pageCount: 3)
        let pages = (0..<3).compactMap { _ in pool.take() }
        #expect(Set(pages).count == 3)
        let none = pool.take()
        #expect(none == nil)
        pool.retain(pages[1])
        #expect(pool.holderCount(pages[1]) == 2)
        let isFree = [pool.release(pages[1]), pool.release(pages[1])]
        #expect(isFree == [false, true])
        #expect(pool.freeCount == 1)
        pool._checkInvariants()
        let again = pool.take()
        #expect(again == pages[1])
    }

    @Test("A table keeps the pages that its positions need")
    func truncation() {
        var table = PageTable((0..<4).map(PageID.init(index:)))
        #expect(table.capacity == 256)
        #expect(table[position: 130] == PageID(index: 2))
        let removed = [65, 65, 0].map { table.truncate(positions: $0).map(\.index) }
        #expect(removed == [[3, 2], [], [1, 0]])
    }

    @Test("A layout places every head of every layer apart", arguments: CacheElement.allCases)
    func layout(element: CacheElement) throws {
        let states: [LayerState] = [
            .attention(keyValueHeadCount: 2, headLength: 24), .stateless,
            .attention(keyValueHeadCount: 1, headLength: 64, window: 128),
        ]
        let layout = CacheLayout(states: states, element: element)
        let first = try #require(layout.layers[0])
        let last = try #require(layout.layers[2])
        #expect(layout.layers[1] == nil)
        #expect(first.valueOffset == 64 * element.byteCount(length: 24))
        #expect(first.headBytes == first.valueOffset + 64 * element.byteCount(length: 32))
        #expect(last.offset == 2 * first.headBytes)
        #expect(layout.pageBytes == last.offset + last.headBytes)
        #expect(layout.pageBytes % 64 == 0)
    }

    @Test("A batch lists rows, positions and logit rows in order")
    func batch() {
        let pages = PageTable([PageID(index: 5), PageID(index: 2)])
        var batch = Batch()
        batch.append([7, 8, 9], at: 63, pages: pages, logits: .last)
        batch.append([4], of: SequenceOptions(slot: 1), at: 0, pages: pages, logits: .all)
        #expect(batch.tokens == [7, 8, 9, 4])
        #expect(batch.positions == [63, 64, 65, 0])
        #expect(batch.sequences.map(\.rows) == [0..<3, 3..<4])
        #expect(batch.logitRows == [2, 3])
        batch.removeAll()
        #expect(batch.rowCount == 0 && batch.logitRows.isEmpty)
    }

    @Test("A budget gives what it has and no more")
    func budget() throws {
        var budget = MemoryBudget(limitBytes: 100)
        try budget.reserve(60, for: .weights)
        #expect(throws: ComputeError.overBudget(bytes: 50, available: 40)) { try budget.reserve(50, for: .cache) }
        budget.release(20, of: .weights)
        try budget.reserve(50, for: .cache)
        #expect(budget.availableBytes == 10)
    }
}
