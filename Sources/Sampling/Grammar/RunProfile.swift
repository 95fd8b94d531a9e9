/// What a vocabulary's tokens are to runs of one item, `x{a,b}`, whatever follows the run and whatever its counts are.
///
/// A token read at a border between items either stays inside the run, and has begun so many items by its end, or leaves
/// it: with a byte that no item begins with, at a border, or inside an item, where it breaks off. So of all tokens exactly
/// these can be read:
///
///     inside: those that begin at most b items
///     beyond: those with a border after n items, a ≤ n ≤ b, n > 0, if what remains can be read after the run
///     rest:   if a = 0, those that can be read after the run
///
/// The first are masks, one for each count. The second lie by the byte after the border: of those bytes that follow a run
/// as a rule, such as quotation marks and commas, there are few.
struct RunProfile: Sendable {
    /// Where a run in a token may end or has to: neither at the token's beginning nor at its end.
    struct Exit: Sendable {
        /// The trie's node after the border.
        let node: Int32
        /// Number of whole items before it; negative if it is not at a border, but breaks off an item.
        let count: Int16
        /// Whether the run cannot go on with the node's byte.
        let isForced: Bool
    }

    /// The profile of those tokens that have the bytes of a branch in front, which are no part of the run.
    struct Part: Sendable {
        /// Tokens that begin at most one item, two, three and so on; none for a narrow branch.
        private var masks: [[UInt64]] = []
        /// Tokens that begin more items than there are masks, by number of items.
        private var tokens: [Int32] = []
        /// How many of `tokens` begin at most so many items.
        private var ends: [Int] = [0]
        /// Number of items that the longest run in a token begins.
        private(set) var longest = 0
        /// By the byte after the border.
        private(set) var exits = Array(repeating: RunExits(), count: 256)
    }

    /// Most items that are told apart by masks.
    private static let maskCount = 16
    let machine: ItemMachine
    /// One for each of the vocabulary's branches.
    let parts: [Part]

    init(_ machine: ItemMachine, _ vocabulary: ConstraintVocabulary) {
        self.machine = machine
        parts = vocabulary.branches.map { Part(machine, vocabulary, $0) }
    }
}

extension RunProfile.Part {
    /// Walks a branch once.
    fileprivate init(_ machine: ItemMachine, _ vocabulary: ConstraintVocabulary, _ branch: TokenBranch) {
        let trie = vocabulary.trie
        var states = Array(repeating: ItemMachine.start, count: trie.depth + 1)
        var counts = Array(repeating: 0, count: trie.depth + 1)
        var byCount: [[Int32]] = [[]]
        var index = branch.nodes.lowerBound
        while index < branch.nodes.upperBound {
            let node = trie.nodes[index]
            let depth = Int(node.depth) - branch.depth
            let isBorder = states[depth - 1] == ItemMachine.start
            let after = machine.state(after: states[depth - 1], reading: node.byte)
            let isForced = after == ItemMachine.dead
            if depth > 1, isForced || isBorder {
                let count = isBorder ? Int16(clamping: counts[depth - 1]) : -1
                exits[Int(node.byte)].add(
                    RunProfile.Exit(node: Int32(index), count: count, isForced: isForced), trie)
            }
            guard !isForced else {
                index = Int(node.end)
                continue
            }
            states[depth] = after == ItemMachine.complete ? ItemMachine.start : after
            counts[depth] = counts[depth - 1] + (isBorder ? 1 : 0)
            while byCount.count <= counts[depth] { byCount.append([]) }
            for position in trie.ownTokens(of: index) { byCount[counts[depth]].append(trie.tokens[position]) }
            index += 1
        }
        longest = byCount.count - 1
        fillTokens(byCount, vocabularyCount: branch.isWide ? vocabulary.count : 0)
    }

    private mutating func fillTokens(_ byCount: [[Int32]], vocabularyCount: Int) {
        var mask = TokenMask(vocabularyCount: vocabularyCount, allowingAll: false)
        for tokens in byCount.dropFirst() {
            if vocabularyCount > 0, masks.count < RunProfile.maskCount {
                mask.allow(tokens.span)
                masks.append(mask.words)
            } else {
                self.tokens += tokens
            }
            ends.append(self.tokens.count)
        }
    }

    /// Allows the tokens that stay inside a run of at most so many items.
    func allowInside(_ maximum: Int, in mask: inout TokenMask) {
        guard maximum > 0, longest > 0 else { return }
        if !masks.isEmpty { mask.formUnion(masks[min(maximum, masks.count) - 1]) }
        mask.allow(tokens.span.extracting(first: ends[min(maximum, longest)]))
    }

    /// Tokens that stay inside a run, but not of at most so many items; nil if they are more than a limit.
    func tokens(beyond maximum: Int, limit: Int) -> ArraySlice<Int32>? {
        guard maximum < longest else { return [] }
        guard maximum >= masks.count, tokens.count - ends[maximum] <= limit else { return nil }
        return tokens[ends[maximum]...]
    }
}

/// The exits of runs by one byte.
struct RunExits: Sendable {
    /// A token that ends with the byte after a border.
    struct Last: Sendable {
        let token: Int32
        /// Number of whole items before it.
        let count: Int16
    }

    /// The exits with which the run cannot go on.
    private(set) var forced: [RunProfile.Exit] = []
    /// The exits at borders by which a single token ends.
    private(set) var last: [Last] = []
    /// The other exits at borders.
    private(set) var inner: [RunProfile.Exit] = []
    /// Whether only forced exits are known, because there are so many others.
    private(set) var isCommon = false

    /// Most exits at borders that are all kept.
    private static let limit = 6000

    fileprivate mutating func add(_ exit: RunProfile.Exit, _ trie: TokenTrie) {
        if exit.isForced { forced.append(exit) }
        guard exit.count > 0, !isCommon else { return }
        guard exit.isForced || inner.count + last.count < Self.limit else {
            isCommon = true
            (inner, last) = ([], [])
            return
        }
        let index = Int(exit.node)
        let own = trie.ownTokens(of: index)
        if own.count == 1, Int(trie.nodes[index].end) == index + 1 {
            last.append(Last(token: trie.tokens[own.lowerBound], count: exit.count))
        } else {
            inner.append(exit)
        }
    }

    /// Allows the tokens that end with the byte after so many items.
    func allowLast(after counts: ClosedRange<Int>, in mask: inout TokenMask) {
        var words = mask.mutableWords
        for exit in last where counts.contains(Int(exit.count)) { words.allow(exit.token) }
    }
}
