/// Tokens by their bytes: tokens that begin alike share the nodes of their beginnings.
///
/// Nodes lie in preorder, each with the position after its last descendant, so that a walk is one loop over an array that
/// skips what cannot be.
struct TokenTrie: Sendable {
    struct Node: Sendable {
        /// Position after the last descendant.
        var end: Int32
        /// Position of the first token that ends here; the next node's is the position after the last.
        let firstToken: Int32
        let depth: UInt16
        let byte: UInt8
    }

    /// The nodes in preorder, then one that is none and ends the last node's tokens. The root is left out.
    private(set) var nodes: [Node] = []
    /// The tokens in the order of their bytes.
    private(set) var tokens: [Int32] = []
    private(set) var depth = 0

    /// Number of nodes.
    var count: Int { nodes.count - 1 }

    /// - Parameter tokens: in the order of their bytes; none is empty or longer than a node's depth can say.
    init(_ tokens: [Int32], bytes: (Int32) -> ArraySlice<UInt8>) {
        var path: [Int32] = []
        var previous = ArraySlice<UInt8>()
        for token in tokens {
            let piece = bytes(token)
            let shared = zip(previous, piece).prefix { $0 == $1 }.count
            close(&path, to: shared)
            for byte in piece.dropFirst(shared) {
                path.append(Int32(nodes.count))
                nodes.append(
                    Node(end: 0, firstToken: Int32(self.tokens.count), depth: UInt16(path.count), byte: byte))
                depth = max(depth, path.count)
            }
            self.tokens.append(token)
            previous = piece
        }
        close(&path, to: 0)
        nodes.append(Node(end: 0, firstToken: Int32(self.tokens.count), depth: 0, byte: 0))
    }

    private mutating func close(_ path: inout [Int32], to depth: Int) {
        while path.count > depth { nodes[Int(path.removeLast())].end = Int32(nodes.count) }
    }

    /// Where the tokens lie that a node ends.
    func ownTokens(of index: Int) -> Range<Int> {
        Int(nodes[index].firstToken)..<Int(nodes[index + 1].firstToken)
    }

    /// Where the tokens lie that a node or its descendants end.
    func allTokens(of index: Int) -> Range<Int> {
        Int(nodes[index].firstToken)..<Int(nodes[Int(nodes[index].end)].firstToken)
    }
}
