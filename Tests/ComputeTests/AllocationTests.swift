import Compute
import Foundation
import Platform
import Testing

#if canImport(Glibc)
    /// Counts the objects that Swift's runtime allocates on one thread, by the hooks that it has for Instruments.
    private enum AllocationCounter {
        typealias Allocate = @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

        nonisolated(unsafe) static var original: Allocate?
        nonisolated(unsafe) static var thread: pthread_t?
        nonisolated(unsafe) static var count = 0

        /// Allocations of `body` on this thread; nil if the runtime has no hooks.
        static func count(_ body: () -> Void) -> Int? {
            guard let hook = symbol("_swift_allocObject"),
                let flag = symbol("_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly")
            else { return nil }
            let slot = hook.assumingMemoryBound(to: Allocate.self)
            (original, thread, count) = (slot.pointee, pthread_self(), 0)
            slot.pointee = { type, size, alignment in
                if let thread = AllocationCounter.thread, pthread_equal(pthread_self(), thread) != 0 {
                    AllocationCounter.count += 1
                }
                return AllocationCounter.original.flatMap { $0(type, size, alignment) }
            }
            flag.storeBytes(of: true, as: Bool.self)
            body()
            flag.storeBytes(of: false, as: Bool.self)
            if let original { slot.pointee = original }
            return count
        }

        private static func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(nil, name) }
    }

    @Suite("Allocations")
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
            let count = AllocationCounter.count { for position in 80..<90 { step(position) } }
            #expect(count == 0 || count == nil)
            let probe = AllocationCounter.count { withExtendedLifetime([position(of: 1)]) {} }
            #expect(probe == nil || probe != 0, "the counter does not count")
        }

        @inline(never)
        private func position(of x: Int) -> [Int] { [x, x + Int.random(in: 0...1)] }
    }
#endif
