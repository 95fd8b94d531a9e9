// The matcher: a state is an expression that says what the rest of the text may be, and reading a byte replaces it by its
// derivative (Brzozowski 1964; with rules, Might et al. 2011). The stack of a pushdown automaton is the tail of such an
// expression. Three things make this fast and bounded:
//
// - Expressions are interned: equal ones have one number, so a derivative is computed once per state and class of bytes
//   and afterwards looked up, as in a deterministic automaton that is built lazily. Counts of repetitions stay numbers:
//   `x{0,5000}` is one node, not five thousand states.
// - A choice holds at most one member per first part: `a b | a c` becomes `a (b | c)`. This is what the graph-structured
//   stack of a general parser does, and it keeps ambiguous grammars from having exponentially many stacks.
// - Work is counted. A grammar that needs more for one token than any sensible one does ends its generation.

/// A grammar as an automaton over bytes, with the states that it has been in so far. A value: each sequence has its own.
struct Automaton: Sendable {
    /// Number of an expression, which is a state of the automaton too.
    typealias State = Int32

    /// The expression that nothing satisfies.
    static let never: State = 0
    /// The expression of the empty text.
    static let empty: State = 1
    /// No state, but the news that the bytes of a kind lead to several: a transition for each of them says where.
    static let mixed: State = 2
    /// The first rule.
    static let firstRule: State = 3

    enum Kind: UInt8, Sendable {
        case never, empty, mixed
        /// One scalar of set `a`.
        case set
        /// The `c & 7` last bytes of a scalar of set `a` that has `c >> 3` bytes and begins with the bits `b`;
        /// of any scalar if `a` is negative.
        case scalarTail
        /// Literal `a` from byte `b` on.
        case text
        /// `a`, which is no sequence, then `b`.
        case sequence
        /// `a`, which is no choice, or else `b`.
        case choice
        /// `a`, from `b` to `c` times; without an end if `c` is negative.
        case repetition
        /// Rule `a`.
        case rule
        /// Free text up to a trigger, of which the scanner has seen what its state `a` stands for.
        case scan
    }

    struct Node: Sendable, Equatable {
        let kind: Kind
        var a: Int32 = 0
        var b: Int32 = 0
        var c: Int32 = 0
    }

    /// Bounds of the states that are kept between tokens, and of the work for one token; while at one token, twice as
    /// many states may be there.
    enum Limit {
        static let nodes = 400_000
        static let transitions = 8_000_000
        /// Derivatives looked at, and nodes made or found again.
        static let work = 2_000_000
        /// Derivatives inside one another; what a thread's stack surely holds.
        static let depth = 400
        /// First parts that are merged inside one another; deeper ones stay apart, which is right, only slower.
        static let mergeDepth = 32
    }

    // Of the grammar; never changed.
    let sets: [CodePointSet]
    let texts: [[UInt8]]
    let classes: ByteClasses
    let scanner: TriggerScanner?
    var bodies: [State] = []

    // Grows.
    var nodes: [Node] = []
    var isNullable: [Bool] = []
    /// Where a node's transitions begin; negative if it has none yet.
    var rows: [Int32] = []
    /// `classes.columnCount` states per row; negative where not yet computed.
    var transitions: [State] = []
    /// Open addressing: numbers of nodes, negative where free.
    var table: [Int32] = Array(repeating: -1, count: 1 << 10)
    var scratch: [State] = []
    /// Choices of two tails that were merged before: ambiguity meets the same ones again and again.
    var merged: [UInt64: State] = [:]
    /// Classes of bytes that nodes may begin with, at least: most that are looked at begin with another.
    var beginnings: [ClassSet] = []
    /// Nodes that the grammar itself consists of; those after them come and go.
    var permanentCount = 0
    private(set) var start: State = 0
    /// The state after a trigger.
    private(set) var triggered: State = 0
    /// Work since it was last set to zero.
    var work = 0
    /// Whether a limit was reached; then nothing that was computed counts.
    var isExhausted = false

    /// An automaton at the beginning of the text.
    ///
    /// - Throws: what `GrammarAnalysis` throws, or `tooLarge`.
    init(_ grammar: Grammar, trigger: TextTrigger? = nil) throws(GrammarError) {
        let analysis = try GrammarAnalysis(grammar)
        var builder = AutomatonBuilder()
        let grammar = grammar.rewritten
        for rule in grammar.rules { try builder.collect(rule.body) }
        let beginning = trigger?.expression(before: .rule(grammar.root)) ?? .rule(grammar.root)
        try builder.collect(beginning)
        sets = builder.sets
        texts = builder.texts
        scanner = trigger.map(TriggerScanner.init)
        classes = ByteClasses(literals: texts, sets: sets, others: scanner?.bytes ?? [])
        _ = intern(Node(kind: .never), isNullable: false)
        _ = intern(Node(kind: .empty), isNullable: true)
        _ = intern(Node(kind: .mixed), isNullable: false)
        for number in grammar.rules.indices {
            _ = intern(Node(kind: .rule, a: Int32(number)), isNullable: analysis.isNullable[number])
        }
        builder.analysis = analysis
        for rule in grammar.rules { bodies.append(builder.node(of: rule.body, in: &self)) }
        triggered = builder.node(of: beginning, in: &self)
        start = triggered
        if let scanner { start = intern(Node(kind: .scan), isNullable: scanner.mayEnd) }
        guard !isExhausted, nodes.count <= Limit.nodes / 2 else {
            throw .tooLarge(what: "expressions", limit: Grammar.Limit.expressions)
        }
        findBeginnings()
        permanentCount = nodes.count
        work = 0
    }

    // MARK: Expressions

    /// The number of an expression.
    mutating func intern(_ node: Node, isNullable nullable: Bool) -> State {
        work += 1
        let mask = table.count - 1
        var slot = Self.hash(node) & mask
        while table[slot] >= 0 {
            let id = table[slot]
            if nodes[Int(id)] == node { return id }
            slot = (slot + 1) & mask
        }
        let id = State(nodes.count)
        if nodes.count >= 2 * Limit.nodes {
            isExhausted = true
            return Self.never
        }
        table[slot] = id
        nodes.append(node)
        isNullable.append(nullable)
        rows.append(-1)
        if permanentCount > 0 { beginnings.append(beginning(of: node)) }
        if nodes.count * 2 > table.count { growTable() }
        return id
    }

    private static func hash(_ node: Node) -> Int {
        var value = UInt64(UInt32(bitPattern: node.a)) | UInt64(UInt32(bitPattern: node.b)) << 32
        value = (value ^ UInt64(UInt32(bitPattern: node.c)) << 17 ^ UInt64(node.kind.rawValue) << 56)
        value = (value ^ value >> 29) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: value >> 20)
    }

    private mutating func growTable() { rebuildTable(count: table.count * 2) }

    mutating func rebuildTable(count: Int) {
        table = Array(repeating: -1, count: count)
        for (id, node) in nodes.enumerated() {
            var slot = Self.hash(node) & (count - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (count - 1) }
            table[slot] = State(id)
        }
    }

    /// One after the other.
    mutating func sequence(_ first: State, _ second: State) -> State {
        if first == Self.never || second == Self.never { return Self.never }
        if first == Self.mixed { return Self.mixed }
        if first == Self.empty { return second }
        if second == Self.empty { return first }
        // A sequence's first part is no sequence: walk to the end of the first one, then build back.
        let base = scratch.count
        var last = first
        while nodes[Int(last)].kind == .sequence {
            scratch.append(nodes[Int(last)].a)
            last = nodes[Int(last)].b
        }
        var result = pair(last, second)
        while scratch.count > base { result = pair(scratch.removeLast(), result) }
        return result
    }

    private mutating func pair(_ head: State, _ tail: State) -> State {
        intern(
            Node(kind: .sequence, a: head, b: tail), isNullable: isNullable[Int(head)] && isNullable[Int(tail)])
    }

    mutating func repetition(_ part: State, minimum: Int32, maximum: Int32) -> State {
        if maximum == 0 || part == Self.empty { return Self.empty }
        if part == Self.never { return minimum == 0 ? Self.empty : Self.never }
        if minimum == 1, maximum == 1 { return part }
        // What may be empty may be so as often as wanted.
        let minimum = isNullable[Int(part)] ? 0 : minimum
        return intern(
            Node(kind: .repetition, a: part, b: minimum, c: maximum), isNullable: minimum == 0)
    }

    // MARK: Choices

    /// Puts a member, or the members of a choice, on the scratch stack.
    mutating func push(_ state: State) {
        var rest = state
        while nodes[Int(rest)].kind == .choice {
            scratch.append(nodes[Int(rest)].a)
            rest = nodes[Int(rest)].b
        }
        if rest != Self.never { scratch.append(rest) }
    }

    /// What a choice's members are ordered by, and merged by: their first part. Mutating, like `tail`, since the automaton
    /// would be copied for its callers otherwise.
    private mutating func head(_ state: State) -> State {
        let node = nodes[Int(state)]
        return node.kind == .sequence ? node.a : state
    }

    private mutating func tail(_ state: State) -> State {
        let node = nodes[Int(state)]
        return node.kind == .sequence ? node.b : Self.empty
    }

    /// The choice of everything on the scratch stack from `base` on, which is taken off it.
    mutating func choice(from base: Int, depth: Int = 0) -> State {
        sortScratch(from: base)
        var read = base
        var write = base
        while read < scratch.count {
            let first = scratch[read]
            let head = head(first)
            var end = read + 1
            while end < scratch.count {
                if scratch[end] != first, self.head(scratch[end]) != head { break }
                end += 1
            }
            let isMerged = end > read + 1 && scratch[end - 1] != first && depth < Limit.mergeDepth
            if isMerged {
                let tail = mergedTails(read..<end, depth: depth)
                scratch[write] = sequence(head, tail)
                write += 1
            } else {
                for index in read..<end where index == read || scratch[index] != scratch[index - 1] {
                    scratch[write] = scratch[index]
                    write += 1
                }
            }
            read = end
        }
        scratch.removeLast(scratch.count - write)
        guard scratch.count > base else { return Self.never }
        var result = scratch.removeLast()
        while scratch.count > base {
            let member = scratch.removeLast()
            result = intern(
                Node(kind: .choice, a: member, b: result),
                isNullable: isNullable[Int(member)] || isNullable[Int(result)])
        }
        return result
    }

    /// The choice of what follows the common first part of members on the scratch stack.
    private mutating func mergedTails(_ members: Range<Int>, depth: Int) -> State {
        let first = tail(scratch[members.lowerBound])
        let last = tail(scratch[members.upperBound - 1])
        let pair = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: last))
        if members.count == 2, let known = merged[pair] { return known }
        let base = scratch.count
        for index in members { push(tail(scratch[index])) }
        let result = choice(from: base, depth: depth + 1)
        if members.count == 2 { merged[pair] = result }
        return result
    }

    /// Sorts by first part and then by the whole, so that equal members and those to merge are neighbours.
    private mutating func sortScratch(from base: Int) {
        let count = scratch.count - base
        guard count > 1 else { return }
        if count > 16 {
            var keyed: [(head: State, state: State)] = []
            for index in base..<scratch.count { keyed.append((head(scratch[index]), scratch[index])) }
            keyed.sort { $0 < $1 }
            for (index, member) in keyed.enumerated() { scratch[base + index] = member.state }
            return
        }
        for index in base + 1..<scratch.count {
            let moved = scratch[index]
            let key = (head(moved), moved)
            var place = index
            while place > base {
                let before = scratch[place - 1]
                if (head(before), before) <= key { break }
                scratch[place] = before
                place -= 1
            }
            scratch[place] = moved
        }
    }
}
