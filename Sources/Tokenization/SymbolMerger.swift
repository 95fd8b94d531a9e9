/// What merges two symbols of a word.
protocol MergeRules {
    /// The merge of two neighbours whose text lies in a range of the bytes that are being encoded.
    func merge(_ left: Int32, _ right: Int32, text: Range<Int>, of bytes: [UInt8]) -> Merge
}

/// Merges the symbols of a word, the smallest priority first, the leftmost of equals.
///
/// Words of a few symbols look for the smallest priority by scanning, which beats any structure; longer ones keep
/// the candidates in a heap, so that n symbols take O(n log n) whatever they are.
struct SymbolMerger {
    /// A piece of the word: its symbol, −1 if it has none, and where its text starts.
    struct Piece {
        var symbol: Int32
        var start: Int
    }

    /// The pieces: fill before, read after `merge`.
    var pieces: [Piece] = []

    private var merges: [Merge] = []
    private var links: [Link] = []
    private var heap = MinimumHeap()

    private struct Link {
        var previous: Int32
        /// −1 at the end of the word, `dead` in a piece that was merged into the one before.
        var next: Int32
        static let dead: Int32 = -2
    }

    private static let scanLimit = 40

    /// Merges the pieces as long as the rules allow.
    ///
    /// - Precondition: the pieces' starts grow, and `end` is where the last one's text ends.
    mutating func merge(_ bytes: [UInt8], end: Int, rules: some MergeRules) {
        guard pieces.count > 1 else { return }
        if pieces.count <= Self.scanLimit {
            mergeByScanning(bytes, end: end, rules: rules)
        } else {
            mergeByHeap(bytes, end: end, rules: rules)
        }
    }

    private mutating func mergeByScanning(_ bytes: [UInt8], end: Int, rules: some MergeRules) {
        merges.removeAll(keepingCapacity: true)
        for index in 0..<pieces.count - 1 { merges.append(pairMerge(index, bytes, end: end, rules: rules)) }
        while true {
            var best = UInt32.max
            var index = -1
            for candidate in merges.indices where merges[candidate].priority < best {
                best = merges[candidate].priority
                index = candidate
            }
            if index < 0 { return }
            pieces[index].symbol = merges[index].symbol
            pieces.remove(at: index + 1)
            merges.remove(at: index)
            if index < merges.count { merges[index] = pairMerge(index, bytes, end: end, rules: rules) }
            if index > 0 { merges[index - 1] = pairMerge(index - 1, bytes, end: end, rules: rules) }
        }
    }

    /// The merge of the pieces at an index and after it.
    private func pairMerge(_ index: Int, _ bytes: [UInt8], end: Int, rules: some MergeRules) -> Merge {
        let textEnd = index + 2 < pieces.count ? pieces[index + 2].start : end
        return rules.merge(
            pieces[index].symbol, pieces[index + 1].symbol, text: pieces[index].start..<textEnd, of: bytes)
    }

    private mutating func mergeByHeap(_ bytes: [UInt8], end: Int, rules: some MergeRules) {
        let count = pieces.count
        links = (0..<count).map { Link(previous: Int32($0) - 1, next: $0 + 1 < count ? Int32($0) + 1 : -1) }
        merges = [Merge](repeating: .none, count: count)
        heap.removeAll()
        for index in 0..<count - 1 {
            merges[index] = pairMerge(index, bytes, end: end, rules: rules)
            if merges[index] != .none { heap.append(entry(index)) }
        }
        heap.order()
        while let entry = heap.popMinimum() {
            let left = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
            // An entry is stale if its piece is gone or has another merge by now.
            guard links[left].next >= 0, UInt64(merges[left].priority) == entry >> 32 else { continue }
            join(left)
            refresh(left, bytes, end: end, rules: rules)
            if links[left].previous >= 0 { refresh(Int(links[left].previous), bytes, end: end, rules: rules) }
        }
        var kept = 0
        for index in 0..<count where links[index].next != Link.dead {
            pieces[kept] = pieces[index]
            kept += 1
        }
        pieces.removeLast(count - kept)
    }

    private mutating func join(_ left: Int) {
        let right = Int(links[left].next)
        pieces[left].symbol = merges[left].symbol
        links[left].next = links[right].next
        links[right].next = Link.dead
        if links[left].next >= 0 { links[Int(links[left].next)].previous = Int32(left) }
    }

    /// Looks up the merge of a piece with its new neighbour.
    private mutating func refresh(_ left: Int, _ bytes: [UInt8], end: Int, rules: some MergeRules) {
        let right = Int(links[left].next)
        guard right >= 0 else {
            merges[left] = .none
            return
        }
        let textEnd = links[right].next >= 0 ? pieces[Int(links[right].next)].start : end
        merges[left] = rules.merge(
            pieces[left].symbol, pieces[right].symbol, text: pieces[left].start..<textEnd, of: bytes)
        if merges[left] != .none { heap.push(entry(left)) }
    }

    /// Priority, then position: entries of one priority come out from left to right.
    private func entry(_ left: Int) -> UInt64 { UInt64(merges[left].priority) << 32 | UInt64(left) }
}
