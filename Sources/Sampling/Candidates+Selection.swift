extension Candidates {
    /// Moves the `wanted` candidates with the largest logits to the front, sorted; the others follow in no order.
    ///
    /// Of equal logits the lower token comes first, so the outcome does not depend on where candidates lay.
    /// *Complexity*: one pass over the candidates plus `O(m log wanted)` for the `m` that enter the selection on the
    /// way, about `wanted · ln(count / wanted)` of them in random order.
    mutating func moveLargestToFront(_ wanted: Int) {
        let selected = min(wanted, count)
        guard selected > 0, order != .descendingLogit else { return }
        willReorder()
        if selected == 1 {
            moveLargestToFront()
        } else {
            select(selected)
        }
        if selected == count { order = .descendingLogit }
    }

    /// Keeps the `wanted` candidates with the largest logits, sorted.
    package mutating func keepLargest(_ wanted: Int) {
        moveLargestToFront(wanted)
        truncate(to: wanted)
        order = .descendingLogit
    }

    private mutating func moveLargestToFront() {
        var best = 0
        for index in 1..<max(count, 1) where logits[index] >= logits[best] {
            if precedes(index, best) { best = index }
        }
        swapAt(0, best)
    }

    /// A heap of the best so far lies in front, its worst at the root; whoever beats the root takes its place.
    private mutating func select(_ selected: Int) {
        for root in stride(from: selected / 2 - 1, through: 0, by: -1) { siftDown(root, end: selected) }
        var index = selected
        while index < count {
            if logits[index] >= logits[0], precedes(index, 0) {
                swapAt(0, index)
                siftDown(0, end: selected)
            }
            index += 1
        }
        var end = selected - 1
        while end > 0 {
            swapAt(0, end)
            siftDown(0, end: end)
            end -= 1
        }
    }

    private mutating func siftDown(_ start: Int, end: Int) {
        var root = start
        while true {
            var child = 2 * root + 1
            guard child < end else { return }
            if child + 1 < end, precedes(child, child + 1) { child += 1 }
            guard precedes(root, child) else { return }
            swapAt(root, child)
            root = child
        }
    }

    @inline(__always)
    private func precedes(_ first: Int, _ second: Int) -> Bool {
        logits[first] > logits[second] || (logits[first] == logits[second] && tokens[first] < tokens[second])
    }

    @inline(__always)
    private mutating func swapAt(_ first: Int, _ second: Int) {
        tokens.swapAt(first, second)
        logits.swapAt(first, second)
        probabilities.swapAt(first, second)
    }
}

extension Candidates {
    /// Exchanges the two arrays, for a stage that selects by something else than logits.
    mutating func swapLogitsAndProbabilities() {
        swap(&logits, &probabilities)
        willReorder()
    }
}
