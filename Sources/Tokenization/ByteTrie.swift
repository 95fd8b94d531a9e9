/// Texts by their bytes, for finding all that begin at a position.
///
/// Nodes lie in the order of their depth, children side by side and ascending, so that those of a node end where those
/// of the next one begin: a step looks at neighbours, where a table of hashes would take it all over memory.
struct ByteTrie: Sendable {
    /// Where a walk starts.
    static let root: Int32 = 0

    private static let nodeLimit = 1 << 24

    private var nodes: [Node] = [Node(label: 0)]
    /// The root's children, of which there are many; 0, which is no child, where there is none.
    private var firstNodes = [Int32](repeating: ByteTrie.root, count: 256)

    private struct Node {
        /// Number of the first child in the upper 24 bits, the byte that leads here in the lower 8.
        private var edge: UInt32
        /// Token that ends here; −1 if none does.
        var token: TokenID = -1

        init(label: UInt8) { edge = UInt32(label) }

        var label: UInt8 { UInt8(truncatingIfNeeded: edge) }
        var firstChild: Int {
            get { Int(edge &>> 8) }
            set { edge = UInt32(truncatingIfNeeded: newValue) &<< 8 | edge & 0xFF }
        }
    }

    /// The texts with these numbers, ascending, which are their tokens; of equal texts the last counts.
    ///
    /// - Throws: if there are more nodes than an edge can name.
    init(_ texts: PackedTexts, numbers: [TokenID]) throws(TokenizerError) {
        guard numbers.reduce(0, { $0 + texts[Int($1)].count }) < Self.nodeLimit - 2 else {
            throw .malformed(key: "tokenizer.ggml.tokens", reason: "more than \(Self.nodeLimit) bytes of text")
        }
        var sorter = PrefixSorter(texts, numbers: numbers)
        // The groups of texts that the nodes of one depth lead to.
        var groups = [0..<numbers.count]
        var node = 0
        while !groups.isEmpty {
            var next: [Range<Int>] = []
            for group in groups {
                nodes[node].firstChild = nodes.count
                sorter.sort(group)
                sorter.forEachRun(in: group) { byte, run in
                    guard let byte else {
                        nodes[node].token = sorter.numbers[run.upperBound - 1]
                        return
                    }
                    nodes.append(Node(label: byte))
                    next.append(run)
                }
                node += 1
            }
            sorter.depth += 1
            groups = next
        }
        for child in nodes[0].firstChild..<(nodes.count > 1 ? nodes[1].firstChild : 1) {
            firstNodes[Int(nodes[child].label)] = Int32(child)
        }
        // Where the children of the last node end.
        nodes.append(Node(label: 0))
        nodes[node].firstChild = node
    }

    /// The node of a text of one byte.
    func child(ofRoot byte: UInt8) -> Int32? {
        let child = firstNodes[Int(byte)]
        return child == Self.root ? nil : child
    }

    /// The node after a byte, or nil if no text goes on with it.
    func child(of node: Int32, _ byte: UInt8) -> Int32? {
        var first = nodes[Int(node)].firstChild
        var end = nodes[Int(node) + 1].firstChild
        while end &- first > 8 {
            let middle = (first &+ end) &>> 1
            if nodes[middle].label <= byte { first = middle } else { end = middle }
        }
        while first < end {
            if nodes[first].label == byte { return Int32(truncatingIfNeeded: first) }
            first &+= 1
        }
        return nil
    }

    /// The token whose text ends at a node.
    func token(at node: Int32) -> TokenID? {
        let token = nodes[Int(node)].token
        return token < 0 ? nil : token
    }
}

/// Sorts texts byte by byte, as deep as it is asked for.
private struct PrefixSorter {
    private let texts: PackedTexts
    /// The texts, sorted by their first `depth` bytes; equal ones ascend.
    private(set) var numbers: [TokenID]
    /// Bytes of the texts that are sorted already.
    var depth = 0
    private var keys: [UInt16]
    private var sorted: [TokenID] = []

    /// More texts are counted, fewer inserted.
    private static let insertionLimit = 24

    init(_ texts: PackedTexts, numbers: [TokenID]) {
        self.texts = texts
        self.numbers = numbers
        keys = [UInt16](repeating: 0, count: numbers.count)
    }

    /// Sorts texts with the same first bytes by the next one; those that have none come first.
    mutating func sort(_ group: Range<Int>) {
        for index in group {
            let text = texts[Int(numbers[index])]
            keys[index] = depth < text.count ? UInt16(texts.bytes[text.lowerBound + depth]) + 1 : 0
        }
        if group.count > Self.insertionLimit { sortByCounting(group) } else { sortByInsertion(group) }
    }

    private mutating func sortByInsertion(_ group: Range<Int>) {
        for index in group.dropFirst() {
            let (key, number) = (keys[index], numbers[index])
            var place = index
            while place > group.lowerBound, keys[place - 1] > key {
                (keys[place], numbers[place]) = (keys[place - 1], numbers[place - 1])
                place -= 1
            }
            (keys[place], numbers[place]) = (key, number)
        }
    }

    private mutating func sortByCounting(_ group: Range<Int>) {
        var places = [Int](repeating: 0, count: 258)
        for index in group { places[Int(keys[index]) + 1] += 1 }
        for key in 1..<places.count { places[key] += places[key - 1] }
        let ends = places
        sorted.append(contentsOf: repeatElement(0, count: max(0, group.count - sorted.count)))
        for index in group {
            let key = Int(keys[index])
            sorted[places[key]] = numbers[index]
            places[key] += 1
        }
        for offset in 0..<group.count { numbers[group.lowerBound + offset] = sorted[offset] }
        for key in 0..<257 {
            for offset in ends[key]..<ends[key + 1] { keys[group.lowerBound + offset] = UInt16(key) }
        }
    }

    /// Calls `body` with each next byte, nil for texts that have none, and the texts that go on with it.
    func forEachRun(in group: Range<Int>, _ body: (UInt8?, Range<Int>) -> Void) {
        var start = group.lowerBound
        while start < group.upperBound {
            var end = start + 1
            while end < group.upperBound, keys[end] == keys[start] { end += 1 }
            body(keys[start] == 0 ? nil : UInt8(keys[start] - 1), start..<end)
            start = end
        }
    }
}
