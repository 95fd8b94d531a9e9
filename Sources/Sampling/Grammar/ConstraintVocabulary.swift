import Synchronization

/// A model's tokens as constraints need them: built once per model, shared by all sequences.
package final class ConstraintVocabulary: Sendable {
    /// Number of tokens, those without text included.
    package let count: Int
    /// Tokens by which the model ends a text.
    package let endOfGeneration: Set<Int32>
    /// All tokens that have text.
    let trie: TokenTrie
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
        branches = TokenBranch.all(of: trie, vocabularyCount: count)
        var numbers: [Int: Int] = [:]
        for child in branches.lazy.flatMap(\.children) { numbers[child.node] = child.branch }
        branchNumbers = numbers
        self.textless = textless
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The number of the branch below a node, if there is one.
    func branch(below node: Int) -> Int? {
        TokenBranch.canLie(below: node, of: trie) ? branchNumbers[node] : nil
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
