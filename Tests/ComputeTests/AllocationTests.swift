import Compute
import HeapCounter
import Testing

@Suite("Allocations", .enabled(if: heap_counter_works, "this C library's allocator cannot be counted"))
struct AllocationTests {
    @Test("A step allocates nothing")
    func step() throws {
        // One thread: whatever a chunk allocates is counted too.
        let model = try SmallModel(threads: 1)
        let pages = PageTable([5, 2, 7].map(PageID.init(index:)))
        var batch = Batch()
        func step(_ position: Int) {
            batch.removeAll()
            batch.append(CollectionOfOne(Int32(position)), at: position, pages: pages, logits: .last)
            model.step(batch)
        }
        for position in 0..<80 { step(position) }
        heap_counter_start()
        for position in 80..<90 { step(position) }
        #expect(heap_counter_stop() == 0)
    }

    @Test("The counter counts")
    func counter() {
        heap_counter_start()
        withExtendedLifetime([position(of: 1)]) {}
        #expect(heap_counter_stop() > 0)
    }

    @inline(never)
    private func position(of x: Int) -> [Int] { [x, x + Int.random(in: 0...1)] }
}
