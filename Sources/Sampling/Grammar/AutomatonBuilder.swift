/// Turns a grammar's expressions into an automaton's nodes.
struct AutomatonBuilder {
    private(set) var sets: [CodePointSet] = []
    private(set) var texts: [[UInt8]] = []
    var analysis: GrammarAnalysis?
    private var setNumbers: [CodePointSet: Int32] = [:]
    private var textNumbers: [[UInt8]: Int32] = [:]
    private var count = 0

    /// Takes note of the sets and texts of an expression.
    ///
    /// - Throws: `tooLarge`.
    mutating func collect(_ expression: Grammar.Expression, depth: Int = 0) throws(GrammarError) {
        count += 1
        try Grammar.Limit.check(expressions: count)
        // A front end nests a few expressions for each level of its own.
        guard depth <= 4 * Grammar.Limit.depth else {
            throw .tooLarge(what: "expressions inside one another", limit: 4 * Grammar.Limit.depth)
        }
        switch expression {
        case .literal(let bytes):
            guard textNumbers[bytes] == nil else { return }
            textNumbers[bytes] = Int32(texts.count)
            texts.append(bytes)
        case .set(let set):
            guard setNumbers[set] == nil else { return }
            setNumbers[set] = Int32(sets.count)
            sets.append(set)
        case .sequence(let parts), .choice(let parts):
            for part in parts { try collect(part, depth: depth + 1) }
        case .repetition(let part, _, let maximum):
            guard maximum ?? 0 <= Grammar.Limit.repetition else {
                throw .tooLarge(what: "repetitions", limit: Grammar.Limit.repetition)
            }
            try collect(part, depth: depth + 1)
        case .rule: break
        }
    }

    /// The node of an expression whose sets and texts have been collected.
    func node(of expression: Grammar.Expression, in automaton: inout Automaton) -> Automaton.State {
        switch expression {
        case .literal(let bytes):
            guard !bytes.isEmpty, let text = textNumbers[bytes] else { return Automaton.empty }
            return automaton.intern(Automaton.Node(kind: .text, a: text), isNullable: false)
        case .set(let set):
            guard !set.isEmpty, let number = setNumbers[set] else { return Automaton.never }
            return automaton.intern(Automaton.Node(kind: .set, a: number), isNullable: false)
        case .sequence(let parts):
            return parts.reversed().reduce(Automaton.empty) { rest, part in
                let first = node(of: part, in: &automaton)
                return automaton.sequence(first, rest)
            }
        case .choice(let parts):
            let members = parts.map { node(of: $0, in: &automaton) }
            let base = automaton.scratch.count
            for member in members { automaton.push(member) }
            return automaton.choice(from: base)
        case .repetition(let part, let minimum, let maximum):
            let part = node(of: part, in: &automaton)
            return automaton.repetition(part, minimum: Int32(minimum), maximum: maximum.map(Int32.init) ?? -1)
        case .rule(let number):
            // A rule that nothing satisfies would be a way into a dead end.
            guard analysis?.isProductive[number] ?? false else { return Automaton.never }
            return Automaton.firstRule + Automaton.State(number)
        }
    }
}
