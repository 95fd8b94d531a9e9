import Synchronization

/// A model's tokens as constraints need them: built once per model, shared by all sequences.
package final class ConstraintVocabulary: Sendable {
    /// Number of tokens, those without text included.
    package let count: Int
    /// Tokens by which the model ends a text.
    package let endOfGeneration: Set<Int32>
    /// All tokens that have text.
    let trie: TokenTrie
    /// The whole trie first, then what lies below those children of wide branches that have many tokens.
    let branches: [TokenBranch]
    /// The branches below nodes.
    private let branchNumbers: [Int: Int]
    /// Tokens that have no text, and do not end a generation.
    let textless: [Int32]
    private let bytes: [UInt8]
    private let offsets: [Int32]
    /// Profiles of items that grammars repeat: many have the same ones.
    private let profiles = Mutex<[ItemMachine: RunProfile]>([:])

    /// Longest token; longer ones are never chosen under a constraint.
    static let largestLength = 1 << 12
    /// Fewest tokens of a branch, and of a wide one, as shares of all.
    private static let branchShare = 512
    private static let wideShare = 8
    /// Most profiles that are kept for later grammars.
    private static let profileLimit = 16

    /// - Parameters:
    ///   - count: number of tokens.
    ///   - piece: the bytes that a token adds to the text, none for one that adds nothing.
    package init(count: Int, endOfGeneration: Set<Int32>, piece: (Int32) -> [UInt8]) {
        self.count = count
        self.endOfGeneration = endOfGeneration
        var bytes: [UInt8] = []
        var offsets: [Int32] = [0]
        var textless: [Int32] = []
        var tokens: [Int32] = []
        for token in 0..<Int32(count) {
            let text = piece(token)
            bytes += text
            offsets.append(Int32(bytes.count))
            if endOfGeneration.contains(token) || text.count > Self.largestLength { continue }
            if text.isEmpty { textless.append(token) } else { tokens.append(token) }
        }
        trie = Self.trie(tokens) { bytes[Int(offsets[Int($0)])..<Int(offsets[Int($0) + 1])] }
        branches = Self.branches(of: trie, count: count)
        var numbers: [Int: Int] = [:]
        for child in branches.lazy.flatMap(\.children) { numbers[child.node] = child.branch }
        branchNumbers = numbers
        self.textless = textless
        self.bytes = bytes
        self.offsets = offsets
    }

    private static func branches(of trie: TokenTrie, count: Int) -> [TokenBranch] {
        var branches = [branch(0..<trie.count, depth: 0, of: trie, count: count)]
        var read = 0
        while read < branches.count {
            let nodes = branches[read].nodes
            var roots: [Int32] = []
            var index = nodes.lowerBound
            while index < nodes.upperBound {
                let tokenCount = trie.allTokens(of: index).count
                let end = Int(trie.nodes[index].end)
                let isBranch =
                    branches[read].isWide && tokenCount * branchShare >= trie.tokens.count && end > index + 1
                let isApart = isBranch && ByteKinds.isAlone(trie.nodes[index].byte)
                if branches[read].isWide {
                    branches[read].children.append(
                        TokenBranch.Child(
                            node: index, tokenCount: tokenCount, branch: isBranch ? branches.count : nil,
                            isApart: isApart))
                }
                if isBranch {
                    branches.append(
                        branch(index + 1..<end, depth: branches[read].depth + 1, of: trie, count: count))
                }
                if !isApart { roots.append(Int32(index)) }
                index = end
            }
            branches[read].kinds = KindTrie(roots, of: trie, vocabularyCount: count)
            read += 1
        }
        return branches
    }

    /// A branch, without its children and kinds.
    private static func branch(_ nodes: Range<Int>, depth: Int, of trie: TokenTrie, count: Int) -> TokenBranch {
        let tokens = trie.tokens[
            Int(trie.nodes[nodes.lowerBound].firstToken)..<Int(trie.nodes[nodes.upperBound].firstToken)]
        guard tokens.count * wideShare >= trie.tokens.count else {
            return TokenBranch(nodes: nodes, depth: depth, mask: [])
        }
        var words = [UInt64](repeating: 0, count: (count + 63) / 64)
        for token in tokens { words[Int(token) / 64] |= 1 << UInt64(token % 64) }
        return TokenBranch(nodes: nodes, depth: depth, mask: words)
    }

    /// The number of the branch below a node, if there is one.
    func branch(below node: Int) -> Int? {
        // Few nodes have so many descendants.
        guard (Int(trie.nodes[node].end) - node) * Self.branchShare >= trie.tokens.count else { return nil }
        return branchNumbers[node]
    }

    /// The bytes of a token; none outside the vocabulary.
    func text(of token: Int32) -> ArraySlice<UInt8> {
        guard token >= 0, Int(token) < count else { return [] }
        return bytes[Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])]
    }

    /// What the tokens are to runs of an item. *Complexity*: known ones are looked up, others take a walk of the trie.
    func profile(of machine: ItemMachine) -> RunProfile {
        if let known = profiles.withLock({ $0[machine] }) { return known }
        let profile = RunProfile(machine, self)
        profiles.withLock { known in
            if known.count >= Self.profileLimit { known.removeAll() }
            known[machine] = profile
        }
        return profile
    }

    private static func trie(_ tokens: [Int32], _ bytes: (Int32) -> ArraySlice<UInt8>) -> TokenTrie {
        // The first bytes as a number decide most comparisons.
        let keyed = tokens.map { token in
            var key: UInt64 = 0
            for (index, byte) in bytes(token).prefix(8).enumerated() { key |= UInt64(byte) << UInt64(56 - 8 * index) }
            return (key: key, token: token)
        }
        let sorted = keyed.sorted { one, other in
            if one.key != other.key { return one.key < other.key }
            return bytes(one.token).lexicographicallyPrecedes(bytes(other.token))
        }
        return TokenTrie(sorted.map(\.token), bytes: bytes)
    }
}
