extension TokenCollector {
    /// What became of a state that may be a run.
    enum RunOutcome {
        /// Nothing was added.
        case notARun
        /// All tokens were added that can be read.
        case complete
        /// All were added but those that can be read in what follows the run, since the run may be over.
        case unless(Automaton.State)
    }

    /// Most tokens that are read one by one, and most states that are looked at for leaving bytes.
    private static let singleLimit = 512
    private static let pairLimit = 64
    /// Most borders at which what follows a run is read on.
    private static let borderLimit = 4096
    /// The same, and the tokens, as a share of a branch: with more a walk is faster.
    private static let singleShare = 8
    /// Fewest tokens for which a similar run is worth while, as a share of all.
    private static let similarShare = 16
    private static let leavingLimit = 4096

    /// Adds the tokens of a branch that can be read in a state that is a run of a profiled item.
    mutating func collectRun(
        _ state: Automaton.State, branch: Int, in automaton: inout Automaton, into mask: inout TokenMask
    ) -> RunOutcome {
        guard let run = automaton.run(state), let profile = profiles[run.item] else { return .notARun }
        let part = profile.parts[branch]
        let maximum = run.maximum < 0 ? Int.max : Int(run.maximum)
        let following = beginning(of: run.rest, in: &automaton).bytes
        let borderCount = following.reduce(0) { $0 + part.exits[Int($1)].inner.count }
        let limit = vocabulary.branches[branch].nodes.count / Self.singleShare
        guard following.allSatisfy({ !part.exits[Int($0)].isCommon }), borderCount <= min(Self.borderLimit, limit)
        else {
            guard let beyond = part.tokens(beyond: maximum, limit: min(Self.singleLimit, limit)),
                let leaving = leavingBytes(run, profile.machine, in: &automaton)
            else { return .notARun }
            part.allowInside(maximum, in: &mask)
            collectAmbiguous(state, profile, branch, beyond, leaving, in: &automaton, into: &mask)
            return .complete
        }
        part.allowInside(maximum, in: &mask)
        let counts = max(Int(run.minimum), 1)...max(maximum, Int(run.minimum), 1)
        for byte in following {
            let after = automaton.state(after: run.rest, reading: byte)
            part.exits[Int(byte)].allowLast(after: counts, in: &mask)
            for exit in part.exits[Int(byte)].inner where counts.contains(Int(exit.count)) {
                collect(below: Int(exit.node), from: after, in: &automaton, into: &mask)
                if automaton.isExhausted { return .complete }
            }
        }
        return run.minimum == 0 ? .unless(run.rest) : .complete
    }

    /// The same, only if all of it can be had from the profile and what follows the run comes after an item.
    mutating func collectRunAlone(
        _ state: Automaton.State, branch: Int, in automaton: inout Automaton, into mask: inout TokenMask
    ) -> Bool {
        switch collectRun(state, branch: branch, in: &automaton, into: &mask) {
        case .complete: true
        case .notARun, .unless: false
        }
    }

    /// Adds the tokens that do not stay inside a run, where what follows it begins as most items do: then there are too
    /// many borders where it may. But a token that leaves it does so by a byte that can be read after it, soon or later.
    private mutating func collectAmbiguous(
        _ state: Automaton.State, _ profile: RunProfile, _ number: Int, _ beyond: ArraySlice<Int32>,
        _ leaving: [UInt8], in automaton: inout Automaton, into mask: inout TokenMask
    ) {
        let trie = vocabulary.trie
        let branch = vocabulary.branches[number]
        for token in beyond {
            let bytes = vocabulary.text(of: token).dropFirst(branch.depth)
            if automaton.state(after: state, reading: bytes) != Automaton.never { mask.allow(token) }
        }
        for exit in leaving.lazy.flatMap({ profile.parts[number].exits[Int($0)].forced }) {
            let index = Int(exit.node)
            let node = trie.nodes[index]
            let above = Int(node.depth) - 1
            let bytes = vocabulary.text(of: trie.tokens[Int(node.firstToken)]).prefix(above).dropFirst(branch.depth)
            let before = automaton.state(after: state, reading: bytes)
            walk(index..<Int(node.end), above: above, from: before, in: &automaton, into: &mask)
            if automaton.isExhausted { return }
        }
        // Tokens that are outside from their first byte on.
        var index = branch.nodes.lowerBound
        while index < branch.nodes.upperBound {
            let node = trie.nodes[index]
            if !profile.machine.mayBegin(with: node.byte) {
                walk(index..<Int(node.end), above: branch.depth, from: state, in: &automaton, into: &mask)
            }
            index = Int(node.end)
        }
    }

    /// The bytes by which a run can be left; nil if that is too much to find out.
    private mutating func leavingBytes(
        _ run: Automaton.Run, _ machine: ItemMachine, in automaton: inout Automaton
    ) -> [UInt8]? {
        let key = UInt64(UInt32(bitPattern: run.item)) << 32 | UInt64(UInt32(bitPattern: run.rest))
        if let known = leavingBytes[key] { return known }
        guard let found = automaton.leavingBytes(run, machine, limit: Self.pairLimit) else { return nil }
        if leavingBytes.count >= Self.leavingLimit { leavingBytes.removeAll() }
        leavingBytes[key] = found
        return found
    }

    /// A run after whose first item more tokens of a wide branch leave the same state as in this state than another one,
    /// which has to be corrected; nil if few do.
    mutating func similarRun(
        to state: Automaton.State, _ branch: TokenBranch, in automaton: inout Automaton
    ) -> Automaton.State? {
        var most = 0
        var found: Automaton.Run?
        let bytes = beginning(of: state, in: &automaton).bytes
        for byte in bytes {
            guard let child = branch.child(byte), child.tokenCount > most else { continue }
            let next = automaton.state(after: state, reading: byte)
            guard let run = automaton.run(next), let profile = profiles[run.item],
                profile.machine.state(after: ItemMachine.start, reading: byte) == ItemMachine.complete
            else { continue }
            most = child.tokenCount
            found = run
        }
        guard let found else { return nil }
        let run = automaton.withOneMore(found)
        guard run != Automaton.never, run != state else { return nil }
        var equal = 0
        var different = 0
        for byte in Set(bytes + beginning(of: run, in: &automaton).bytes) {
            guard let child = branch.child(byte) else { continue }
            let isEqual = automaton.state(after: state, reading: byte) == automaton.state(after: run, reading: byte)
            if isEqual { equal += child.tokenCount } else { different += child.tokenCount }
        }
        return equal > different && equal * Self.similarShare > vocabulary.trie.tokens.count ? run : nil
    }

    /// About how many tokens of a wide branch can be read in a state, by one byte; by two where the first is common. Not
    /// more of them than a limit are counted.
    mutating func tokenCount(
        _ state: Automaton.State, _ branch: TokenBranch, limit: Int, in automaton: inout Automaton
    ) -> Int {
        var count = 0
        for byte in beginning(of: state, in: &automaton).bytes where count < limit {
            guard let child = branch.child(byte) else { continue }
            if let number = child.branch, vocabulary.branches[number].isWide {
                let next = automaton.state(after: state, reading: byte)
                count += tokenCount(next, vocabulary.branches[number], limit: limit - count, in: &automaton)
            } else {
                count += child.tokenCount
            }
        }
        return count
    }
}

extension Automaton {
    /// A state that begins with a repetition.
    struct Run {
        let item: State
        let minimum: Int32
        /// Negative without a maximum.
        let maximum: Int32
        let rest: State
    }

    /// A state as a run; nil if it begins with something else.
    func run(_ state: State) -> Run? {
        let whole = nodes[Int(state)]
        let head = whole.kind == .sequence ? nodes[Int(whole.a)] : whole
        guard head.kind == .repetition else { return nil }
        return Run(
            item: head.a, minimum: head.b, maximum: head.c, rest: whole.kind == .sequence ? whole.b : Self.empty)
    }

    /// The run before its first item.
    mutating func withOneMore(_ run: Run) -> State {
        let (minimum, isTooLarge) = run.minimum.addingReportingOverflow(1)
        let maximum = run.maximum < 0 ? -1 : run.maximum &+ 1
        guard !isTooLarge, run.maximum < Int32.max else { return Self.never }
        return sequence(repetition(run.item, minimum: minimum, maximum: maximum), run.rest)
    }

    /// The members of a choice; of another state, itself.
    func members(of state: State) -> [State] {
        var members: [State] = []
        var rest = state
        while nodes[Int(rest)].kind == .choice {
            members.append(nodes[Int(rest)].a)
            rest = nodes[Int(rest)].b
        }
        return members + [rest]
    }

    mutating func choice(of members: [State]) -> State {
        let base = scratch.count
        for member in members { push(member) }
        return choice(from: base)
    }

    /// The state after some bytes.
    mutating func state(after state: State, reading bytes: ArraySlice<UInt8>) -> State {
        var state = state
        for byte in bytes {
            if state == Self.never { break }
            state = self.state(after: state, reading: byte)
        }
        return state
    }

    /// The bytes that can be read, by way of what follows a run, where the run itself cannot go on: follows both from
    /// every border on, where what follows may begin. Nil if that is more states than a limit.
    mutating func leavingBytes(_ run: Run, _ machine: ItemMachine, limit: Int) -> [UInt8]? {
        struct Pair: Hashable {
            let inside: ItemMachine.State
            let after: State
        }
        var pairs = [Pair(inside: ItemMachine.start, after: run.rest)]
        var seen = Set(pairs)
        var isLeaving = Array(repeating: false, count: classes.count)
        func add(_ pair: Pair) { if seen.insert(pair).inserted { pairs.append(pair) } }
        var read = 0
        while read < pairs.count {
            let pair = pairs[read]
            read += 1
            guard pair.after != Self.empty else { continue }
            guard read <= limit, !isExhausted else { return nil }
            if pair.inside == ItemMachine.start, let same = self.run(pair.after), same.item == run.item {
                // Of the same items: both go on together, until what follows this one begins.
                add(Pair(inside: ItemMachine.start, after: same.rest))
                continue
            }
            for byteClass in 0..<classes.count {
                let after = step(pair.after, byteClass)
                if after == Self.never { continue }
                switch machine.state(after: pair.inside, reading: classes.bytes[byteClass].lowerBound) {
                case ItemMachine.dead: isLeaving[byteClass] = true
                case ItemMachine.complete: add(Pair(inside: ItemMachine.start, after: after))
                case let inside: add(Pair(inside: inside, after: after))
                }
            }
        }
        return (UInt8.min...UInt8.max).filter { isLeaving[Int(classes.ofByte[Int($0)])] }
    }

    /// Bytes that can be read in a state.
    mutating func firstBytes(of state: State) -> [UInt8] {
        guard state != Self.empty else { return [] }
        let canBegin = (0..<classes.count).map { beginnings[Int(state)].contains($0) && step(state, $0) != Self.never }
        return (UInt8.min...UInt8.max).filter { canBegin[Int(classes.ofByte[Int($0)])] }
    }

    /// States that together are the same as one that begins with a repetition, a rule or a choice: their first parts
    /// are smaller. Nil for other states.
    mutating func opened(_ state: State, limit: Int) -> [State]? {
        let whole = nodes[Int(state)]
        let head = whole.kind == .sequence ? nodes[Int(whole.a)] : whole
        let rest = whole.kind == .sequence ? whole.b : Self.empty
        switch head.kind {
        case .rule: return [sequence(bodies[Int(head.a)], rest)]
        case .choice:
            let members = members(of: whole.kind == .sequence ? whole.a : state)
            guard members.count <= limit else { return nil }
            return members.map { sequence($0, rest) }
        case .repetition:
            let once = sequence(head.a, sequence(self.rest(of: head), rest))
            return head.b == 0 ? [once, rest] : [once]
        default: return nil
        }
    }

    /// The grammar's own repeated items, each once.
    func repeatedItems(limit: Int) -> [State] {
        var seen: Set<State> = []
        var items: [State] = []
        for node in nodes[..<permanentCount] where node.kind == .repetition && seen.insert(node.a).inserted {
            items.append(node.a)
            if items.count == limit { break }
        }
        return items
    }
}
