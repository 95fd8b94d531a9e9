/// A branch's tokens by the kinds of their bytes (`ByteKinds`): `the`, `and` and `was` are one node with three tokens. The
/// 275,000 nodes of the 128k tokens of Llama 3 become 69,000, and those of letters alone, which are walked most, a few dozen.
///
/// Nodes lie as in `TokenTrie`. Each knows the nodes of the tokens' trie that it stands for: where letters lead to several
/// states after all, those are followed.
struct KindTrie: Sendable {
    /// The nodes in preorder, then one that ends the last one's tokens.
    private(set) var nodes: [TokenTrie.Node] = []
    /// The tokens in the order of their nodes.
    private(set) var tokens: [Int32] = []
    /// Where each node's members begin, and in the end where the last one's end.
    private(set) var firstMembers: [Int32] = []
    /// Nodes of the tokens' trie.
    private(set) var members: [Int32] = []
    /// Tokens of those nodes that have many, as masks, by node.
    private(set) var masks: [Int32: [UInt64]] = [:]

    /// The nodes of the first level by byte; negative where there is none.
    private(set) var roots = Array(repeating: Int32(-1), count: 256)
    /// Fewest tokens of a node whose tokens are a mask.
    private(set) var maskedCount = Int.max

    /// Number of nodes.
    var count: Int { nodes.count - 1 }

    /// `maskedCount` as a share of the vocabulary.
    private static let maskShare = 128

    /// - Parameters:
    ///   - roots: nodes of the tokens' trie, each with what lies below.
    ///   - vocabularyCount: number of tokens, those without text included.
    init(_ roots: [Int32], of trie: TokenTrie, vocabularyCount: Int) {
        var levels = Levels()
        levels.add(roots, of: trie)
        fill(levels, trie)
        var root = 0
        while root < count {
            self.roots[Int(nodes[root].byte)] = Int32(root)
            root = Int(nodes[root].end)
        }
        maskedCount = max(vocabularyCount / Self.maskShare, 1)
        for index in 0..<count {
            let own = ownTokens(of: index)
            guard own.count >= maskedCount else { continue }
            masks[Int32(index)] =
                TokenMask(vocabularyCount: vocabularyCount, allowing: tokens.span.extracting(own)).words
        }
    }

    /// Where the tokens lie that a node ends.
    func ownTokens(of index: Int) -> Range<Int> {
        Int(nodes[index].firstToken)..<Int(nodes[index + 1].firstToken)
    }

    /// The nodes of the tokens' trie that a node stands for.
    func members(of index: Int) -> ArraySlice<Int32> {
        members[Int(firstMembers[index])..<Int(firstMembers[index + 1])]
    }

    /// Puts nodes that lie level by level in preorder.
    private mutating func fill(_ levels: Levels, _ trie: TokenTrie) {
        let count = levels.parents.count
        var sizes = Array(repeating: Int32(1), count: count)
        for index in stride(from: count - 1, through: 0, by: -1) where levels.parents[index] >= 0 {
            sizes[Int(levels.parents[index])] += sizes[index]
        }
        var places = Array(repeating: Int32(0), count: count)
        // Where the next child of each node goes.
        var free = places
        var nextRoot: Int32 = 0
        for index in 0..<count {
            let parent = Int(levels.parents[index])
            places[index] = parent < 0 ? nextRoot : free[parent]
            if parent < 0 { nextRoot += sizes[index] } else { free[parent] += sizes[index] }
            free[index] = places[index] + 1
        }
        var order = Array(repeating: 0, count: count)
        for index in 0..<count { order[Int(places[index])] = index }
        nodes.reserveCapacity(count + 1)
        members.reserveCapacity(levels.members.count)
        for index in order {
            let own = Int(levels.firstMembers[index])..<Int(levels.firstMembers[index + 1])
            let example = trie.nodes[Int(levels.members[own.lowerBound])]
            nodes.append(
                TokenTrie.Node(
                    end: places[index] + sizes[index], firstToken: Int32(tokens.count), depth: example.depth,
                    byte: ByteKinds.ofByte[Int(example.byte)]))
            firstMembers.append(Int32(members.count))
            for number in own {
                members.append(levels.members[number])
                for position in trie.ownTokens(of: Int(levels.members[number])) { tokens.append(trie.tokens[position]) }
            }
        }
        nodes.append(TokenTrie.Node(end: 0, firstToken: Int32(tokens.count), depth: 0, byte: 0))
        firstMembers.append(Int32(members.count))
    }
}

/// The nodes of a trie of kinds, level by level.
private struct Levels {
    /// Each node's parent; negative for the first level's.
    var parents: [Int32] = []
    var firstMembers: [Int32] = [0]
    var members: [Int32] = []
    /// Nodes by kind, while they are sorted.
    private var byKind: [[Int32]] = Array(repeating: [], count: 256)
    /// The kinds that have some.
    private var kinds: [UInt8] = []

    mutating func add(_ roots: [Int32], of trie: TokenTrie) {
        for root in roots { sort(root, of: trie) }
        close(below: -1)
        var read = 0
        while read < parents.count {
            for number in Int(firstMembers[read])..<Int(firstMembers[read + 1]) {
                let member = Int(members[number])
                var child = member + 1
                while child < Int(trie.nodes[member].end) {
                    sort(Int32(child), of: trie)
                    child = Int(trie.nodes[child].end)
                }
            }
            close(below: Int32(read))
            read += 1
        }
    }

    private mutating func sort(_ node: Int32, of trie: TokenTrie) {
        let kind = ByteKinds.ofByte[Int(trie.nodes[Int(node)].byte)]
        if byKind[Int(kind)].isEmpty { kinds.append(kind) }
        byKind[Int(kind)].append(node)
    }

    /// Makes a node of each kind's.
    private mutating func close(below parent: Int32) {
        for kind in kinds {
            parents.append(parent)
            members += byKind[Int(kind)]
            firstMembers.append(Int32(members.count))
            byKind[Int(kind)].removeAll(keepingCapacity: true)
        }
        kinds.removeAll(keepingCapacity: true)
    }
}
