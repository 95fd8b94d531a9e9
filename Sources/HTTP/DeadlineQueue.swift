/// Which member's deadline comes next: a binary heap.
///
/// Entries are not removed when a deadline moves away; the member looks again when its entry comes up. So a connection
/// that moves its deadline at every request costs nothing here.
package struct DeadlineQueue: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Entry {
        let instant: Instant
        let token: UInt64
    }

    private var heap: [Entry] = []

    package init() {}

    /// The earliest deadline.
    package var next: Instant? { heap.first?.instant }

    package mutating func insert(_ instant: Instant, token: UInt64) {
        heap.append(Entry(instant: instant, token: token))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].instant < heap[parent].instant else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes a deadline that has passed, nil if none has.
    package mutating func popExpired(at now: Instant) -> (Instant, token: UInt64)? {
        guard let first = heap.first, first.instant <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        return (first.instant, first.token)
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].instant < heap[child].instant { child += 1 }
            guard heap[child].instant < heap[parent].instant else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
