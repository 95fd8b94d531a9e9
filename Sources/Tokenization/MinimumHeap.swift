/// A binary heap of integers, the smallest on top.
struct MinimumHeap {
    private var items: [UInt64] = []

    mutating func removeAll() { items.removeAll(keepingCapacity: true) }

    /// Adds an item without keeping the order; call `order` before the next `popMinimum`.
    mutating func append(_ item: UInt64) { items.append(item) }

    /// Restores the order after `append`. *Complexity*: O(n).
    mutating func order() {
        for index in (0..<items.count / 2).reversed() { sink(index) }
    }

    mutating func push(_ item: UInt64) {
        items.append(item)
        var index = items.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard items[index] < items[parent] else { return }
            items.swapAt(index, parent)
            index = parent
        }
    }

    mutating func popMinimum() -> UInt64? {
        guard let minimum = items.first, let last = items.popLast() else { return nil }
        if !items.isEmpty {
            items[0] = last
            sink(0)
        }
        return minimum
    }

    private mutating func sink(_ start: Int) {
        var index = start
        let item = items[start]
        while 2 * index + 1 < items.count {
            var child = 2 * index + 1
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < item else { break }
            items[index] = items[child]
            index = child
        }
        items[index] = item
    }
}
