// Which tokens can be read in a state is a walk of the tokens' trie that skips all that begins with what cannot be. That
// is exact, and fast where few tokens can be read. Where many can, four things save most of the walk:
//
// - A state that is a run of items, `x{a,b} rest`, asks `RunProfile`, which has walked the trie for x already: a mask by
//   count, and a few tokens in which the run ends.
// - A state that is nearly a run, as any key but these or a string whose first character is a special one, is walked side
//   by side with the run: below a node after which both are in the same state the run's answer holds. So is free text
//   that may be the beginning of a trigger, beside free text that is not.
// - Below bytes that many tokens begin with the profile has lists too: a blank in front of a word leads to a run.
// - What none of these helps is walked by kinds of bytes (`KindTrie`): all words of five letters are one node, as long as
//   letters lead to one state.

/// Finds the tokens that an automaton can read.
struct TokenCollector: Sendable {
    let vocabulary: ConstraintVocabulary
    /// Profiles of the grammar's repeated items of which many tokens consist, by the item.
    var profiles: [Automaton.State: RunProfile] = [:]
    /// Rows and states along the path to the present node, of the state and of the one beside it.
    var path: [Step]
    var likePath: [Step]
    /// Bytes by which runs can be left, by item and what follows.
    var leavingBytes: [UInt64: [UInt8]] = [:]
    /// What can be read first in a state; the same states are asked about in each branch.
    private var beginnings: [Automaton.State: Beginning] = [:]
    /// What can be read in free text that has no beginning of a trigger at its end.
    private var freeText: (state: Automaton.State, mask: TokenMask)?

    /// Bytes that can be read in a state, and their kinds.
    struct Beginning: Sendable {
        let bytes: [UInt8]
        let kinds: [UInt8]
    }

    struct Step {
        var row = 0
        var state = Automaton.never
    }

    /// Bounds of the work before the first token: items that are looked at, and profiles.
    private static let itemLimit = 512
    private static let profileLimit = 16
    /// Most beginnings that are kept.
    private static let beginningLimit = 4096
    /// Most states that are opened in search of runs.
    private static let openLimit = 64
    /// A repetition of an item is profiled if at least so many tokens begin as it does, as a share of all.
    private static let profiledShare = 128

    init(_ vocabulary: ConstraintVocabulary) {
        self.vocabulary = vocabulary
        path = Array(repeating: Step(), count: vocabulary.trie.depth + 1)
        likePath = path
    }

    /// Makes what is known of a grammar before the text: to be done while the prompt is read.
    ///
    /// Without it masks are the same, only slower: so it is left out where a grammar is too complex for it.
    mutating func prepare(_ automaton: inout Automaton, while isWanted: () -> Bool) {
        var trial = automaton
        var prepared = self
        for item in trial.repeatedItems(limit: Self.itemLimit) where prepared.profiles.count < Self.profileLimit {
            guard isWanted() else { return }
            guard prepared.isCommon(item, vocabulary.branches[0], share: Self.profiledShare, in: &trial),
                let machine = ItemMachine(of: item, in: &trial)
            else { continue }
            prepared.profiles[item] = vocabulary.profile(of: machine)
        }
        if trial.isFreeText(trial.start) {
            var mask = TokenMask(vocabularyCount: vocabulary.count, allowingAll: false)
            prepared.walk(0..<vocabulary.trie.count, above: 0, from: trial.start, in: &trial, into: &mask)
            prepared.freeText = (trial.start, mask)
        }
        guard !trial.isExhausted else { return }
        trial.work = 0
        automaton = trial
        self = prepared
    }

    /// Forgets what it knows of states that come and go: they have been numbered anew.
    mutating func forgetStates() {
        leavingBytes.removeAll()
        beginnings.removeAll()
    }

    /// What can be read first in a state.
    mutating func beginning(of state: Automaton.State, in automaton: inout Automaton) -> Beginning {
        if let known = beginnings[state] { return known }
        let bytes = automaton.firstBytes(of: state)
        var kinds: [UInt8] = []
        for byte in bytes {
            let kind = ByteKinds.ofByte[Int(byte)]
            // The bytes of a kind are neighbours.
            if kinds.last != kind { kinds.append(kind) }
        }
        let found = Beginning(bytes: bytes, kinds: kinds)
        if beginnings.count >= Self.beginningLimit { beginnings.removeAll() }
        if !automaton.isExhausted { beginnings[state] = found }
        return found
    }

    /// Adds every token that can be read in a state to a mask.
    mutating func collect(from state: Automaton.State, in automaton: inout Automaton, into mask: inout TokenMask) {
        if let freeText, automaton.isFreeText(state) {
            mask = freeText.mask
            if state != freeText.state {
                correct(&mask, of: freeText.state, to: state, vocabulary.branches[0], in: &automaton)
            }
        } else {
            collect(from: state, branch: 0, in: &automaton, into: &mask)
        }
    }

    /// Adds every token of a branch whose bytes after those in front can be read in a state.
    private mutating func collect(
        from state: Automaton.State, branch number: Int, in automaton: inout Automaton, into mask: inout TokenMask
    ) {
        var open = [state]
        var seen = Set(open)
        var others: [Automaton.State] = []
        while let next = open.popLast() {
            for member in automaton.members(of: next) {
                switch collectRun(member, branch: number, in: &automaton, into: &mask) {
                case .complete: continue
                case .unless(let rest): if seen.insert(rest).inserted { open.append(rest) }
                case .notARun:
                    if seen.count < Self.openLimit, isBusy(member, vocabulary.branches[number], in: &automaton),
                        let parts = automaton.opened(member, limit: Self.openLimit)
                    {
                        for part in parts where seen.insert(part).inserted { open.append(part) }
                    } else {
                        others.append(member)
                    }
                }
            }
            if automaton.isExhausted { return }
        }
        guard !others.isEmpty else { return }
        let rest = others == [state] ? state : automaton.choice(of: others)
        let branch = vocabulary.branches[number]
        if branch.isWide, let run = similarRun(to: rest, branch, in: &automaton) {
            var found = TokenMask(vocabularyCount: vocabulary.count, allowingAll: false)
            if collectRunAlone(run, branch: number, in: &automaton, into: &found) {
                correct(&found, of: run, to: rest, branch, in: &automaton)
                mask.formUnion(found.words)
                return
            }
        }
        let beginning = beginning(of: rest, in: &automaton)
        for byte in beginning.bytes {
            guard let child = branch.child(byte), child.isApart, !automaton.isExhausted else { continue }
            let next = automaton.state(after: rest, reading: byte)
            collect(below: child.node, from: next, in: &automaton, into: &mask)
        }
        collect(beginningWith: beginning.kinds, of: branch, from: rest, in: &automaton, into: &mask)
    }

    /// Whether so many tokens of a wide branch can be read that it is worth while to look for runs in a state.
    private mutating func isBusy(_ state: Automaton.State, _ branch: TokenBranch, in automaton: inout Automaton) -> Bool
    {
        guard branch.isWide, state != Automaton.empty else { return false }
        return isCommon(state, branch, share: 16, in: &automaton)
    }

    /// Whether at least a share of all tokens are in a wide branch and can be read in a state.
    private mutating func isCommon(
        _ state: Automaton.State, _ branch: TokenBranch, share: Int, in automaton: inout Automaton
    ) -> Bool {
        let limit = vocabulary.trie.tokens.count / share
        return tokenCount(state, branch, limit: limit, in: &automaton) >= limit
    }

    /// Adds the tokens below a node of the tokens' trie, and its own, if a state is reached with its byte.
    mutating func collect(
        below node: Int, from state: Automaton.State, in automaton: inout Automaton, into mask: inout TokenMask
    ) {
        guard state != Automaton.never else { return }
        let trie = vocabulary.trie
        for position in trie.ownTokens(of: node) { mask.allow(trie.tokens[position]) }
        if let branch = vocabulary.branch(below: node) {
            collect(from: state, branch: branch, in: &automaton, into: &mask)
        } else {
            let below = node + 1..<Int(trie.nodes[node].end)
            walk(below, above: Int(trie.nodes[node].depth), from: state, in: &automaton, into: &mask)
        }
    }
}
