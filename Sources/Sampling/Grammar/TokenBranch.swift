/// A part of a trie: all tokens, or those that begin with the same bytes and go on.
final class TokenBranch: Sendable {
    /// A node right below.
    struct Child: Sendable {
        let node: Int
        let tokenCount: Int
        /// Number of the branch below it, if there is one.
        let branch: Int?
        /// Whether its byte is a kind of its own, so that its branch serves the trie of kinds too.
        let isApart: Bool
    }

    /// The nodes below.
    let nodes: Range<Int>
    /// Number of bytes in front.
    let depth: Int
    /// The tokens of a wide branch, which are a good part of all; else no words.
    let mask: [UInt64]
    /// The nodes right below of a wide branch; else none.
    let children: [Child]
    /// Their numbers by byte; negative where there is none.
    private let childOfByte: [Int16]
    /// Those of the nodes by kinds of bytes that are not children apart, nor below them.
    let kinds: KindTrie

    var isWide: Bool { !mask.isEmpty }

    /// Fewest tokens of a branch, and of a wide one, as shares of all.
    private static let share = 512
    private static let wideShare = 8

    /// The whole trie first, then what lies below those children of wide branches that have many tokens.
    ///
    /// - Parameter vocabularyCount: number of tokens, those without text included.
    static func all(of trie: TokenTrie, vocabularyCount: Int) -> [TokenBranch] {
        var branches: [TokenBranch] = []
        var places = [Place(nodes: 0..<trie.count, depth: 0)]
        while branches.count < places.count {
            branches.append(TokenBranch(branches.count, of: trie, &places, vocabularyCount: vocabularyCount))
        }
        return branches
    }

    /// Where a branch lies.
    private struct Place {
        let nodes: Range<Int>
        let depth: Int
    }

    /// - Parameter places: of the branches so far; those below this one are added.
    private init(_ number: Int, of trie: TokenTrie, _ places: inout [Place], vocabularyCount: Int) {
        (nodes, depth) = (places[number].nodes, places[number].depth)
        let first = Int(trie.nodes[nodes.lowerBound].firstToken)
        let tokens = trie.tokens[first..<Int(trie.nodes[nodes.upperBound].firstToken)]
        let isWide = tokens.count * Self.wideShare >= trie.tokens.count
        mask = isWide ? TokenMask(vocabularyCount: vocabularyCount, allowing: tokens.span).words : []
        var children: [Child] = []
        var roots: [Int32] = []
        var index = nodes.lowerBound
        while index < nodes.upperBound {
            let tokenCount = trie.allTokens(of: index).count
            let isBranch = isWide && Self.canLie(below: index, of: trie) && tokenCount * Self.share >= trie.tokens.count
            let isApart = isBranch && ByteKinds.isAlone(trie.nodes[index].byte)
            if isWide {
                children.append(
                    Child(node: index, tokenCount: tokenCount, branch: isBranch ? places.count : nil, isApart: isApart))
            }
            let end = Int(trie.nodes[index].end)
            if isBranch { places.append(Place(nodes: index + 1..<end, depth: depth + 1)) }
            if !isApart { roots.append(Int32(index)) }
            index = end
        }
        self.children = children
        var childOfByte = Array(repeating: Int16(-1), count: 256)
        for (number, child) in children.enumerated() { childOfByte[Int(trie.nodes[child.node].byte)] = Int16(number) }
        self.childOfByte = childOfByte
        kinds = KindTrie(roots, of: trie, vocabularyCount: vocabularyCount)
    }

    /// The node right below a wide branch that has a byte.
    func child(_ byte: UInt8) -> Child? {
        let number = Int(childOfByte[Int(byte)])
        return number < 0 ? nil : children[number]
    }

    /// Whether enough nodes lie below one that a branch may.
    static func canLie(below node: Int, of trie: TokenTrie) -> Bool {
        let count = Int(trie.nodes[node].end) - node - 1
        return count > 0 && (count + 1) * share >= trie.tokens.count
    }
}
