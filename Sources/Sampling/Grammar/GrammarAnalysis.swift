/// What is known of a grammar's rules before any text: which may be empty, and which some text satisfies at all.
struct GrammarAnalysis {
    /// Whether a rule allows the empty text.
    private(set) var isNullable: [Bool]
    /// Whether any text satisfies a rule.
    private(set) var isProductive: [Bool]

    /// Analyses a grammar.
    ///
    /// - Throws: `leftRecursion`, `matchesNothing` or `tooLarge`.
    init(_ grammar: Grammar) throws(GrammarError) {
        guard grammar.rules.count <= Grammar.Limit.rules else {
            throw .tooLarge(what: "rules", limit: Grammar.Limit.rules)
        }
        isNullable = Array(repeating: false, count: grammar.rules.count)
        isProductive = isNullable
        settle(grammar, \.isNullable) { $0.isNullable($1) }
        settle(grammar, \.isProductive) { $0.isProductive($1) }
        try refuseLeftRecursion(grammar)
        guard isProductive[grammar.root] else { throw .matchesNothing }
    }

    /// Repeats until no rule changes: a rule that is looked at again after each that it uses, from a queue.
    private mutating func settle(
        _ grammar: Grammar, _ property: WritableKeyPath<GrammarAnalysis, [Bool]>,
        _ holds: (GrammarAnalysis, Grammar.Expression) -> Bool
    ) {
        var users: [[Int]] = Array(repeating: [], count: grammar.rules.count)
        for (number, rule) in grammar.rules.enumerated() {
            rule.body.forEachRule { users[$0].append(number) }
        }
        var queue = Array(grammar.rules.indices)
        while let number = queue.popLast() {
            guard !self[keyPath: property][number], holds(self, grammar.rules[number].body) else { continue }
            self[keyPath: property][number] = true
            queue += users[number]
        }
    }

    func isNullable(_ expression: Grammar.Expression) -> Bool {
        switch expression {
        case .literal(let bytes): bytes.isEmpty
        case .set: false
        case .sequence(let parts): parts.allSatisfy(isNullable)
        case .choice(let parts): parts.contains(where: isNullable)
        case .repetition(let part, let minimum, _): minimum == 0 || isNullable(part)
        case .rule(let number): isNullable[number]
        }
    }

    func isProductive(_ expression: Grammar.Expression) -> Bool {
        switch expression {
        case .literal: true
        case .set(let set): !set.isEmpty
        case .sequence(let parts): parts.allSatisfy(isProductive)
        case .choice(let parts): parts.contains(where: isProductive)
        case .repetition(let part, let minimum, _): minimum == 0 || isProductive(part)
        case .rule(let number): isProductive[number]
        }
    }

    // MARK: Left recursion

    /// Walks from each rule to those that it may begin with, depth first without recursion of its own.
    private func refuseLeftRecursion(_ grammar: Grammar) throws(GrammarError) {
        enum Mark { case new, open, done }
        let firsts = grammar.rules.map { firstRules(of: $0.body) }
        var marks = Array(repeating: Mark.new, count: firsts.count)
        var path: [(rule: Int, next: Int)] = []
        for start in firsts.indices where marks[start] == .new {
            marks[start] = .open
            path = [(start, 0)]
            while let (rule, next) = path.last {
                guard next < firsts[rule].count else {
                    marks[rule] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let first = firsts[rule][next]
                if marks[first] == .open {
                    let cycle = path.map(\.rule).drop { $0 != first } + [first]
                    throw .leftRecursion(rules: cycle.map { grammar.rules[$0].name })
                }
                guard marks[first] == .new else { continue }
                marks[first] = .open
                path.append((first, 0))
            }
        }
        try boundDepth(firsts)
    }

    /// The automaton recurses along rules that begin with one another: their chain is bounded.
    private func boundDepth(_ firsts: [[Int]]) throws(GrammarError) {
        var users: [[Int]] = Array(repeating: [], count: firsts.count)
        var open = firsts.map(\.count)
        for (rule, others) in firsts.enumerated() { for other in others { users[other].append(rule) } }
        var depths = Array(repeating: 1, count: firsts.count)
        var queue = firsts.indices.filter { open[$0] == 0 }
        while let rule = queue.popLast() {
            guard depths[rule] <= Grammar.Limit.leftDepth else {
                throw .tooLarge(what: "rules that begin with one another", limit: Grammar.Limit.leftDepth)
            }
            for user in users[rule] {
                depths[user] = max(depths[user], depths[rule] + 1)
                open[user] -= 1
                if open[user] == 0 { queue.append(user) }
            }
        }
    }

    /// The rules that a text of this expression may begin with.
    private func firstRules(of expression: Grammar.Expression) -> [Int] {
        var found: Set<Int> = []
        collectFirst(expression, into: &found)
        return found.sorted()
    }

    private func collectFirst(_ expression: Grammar.Expression, into found: inout Set<Int>) {
        switch expression {
        case .literal, .set: break
        case .sequence(let parts):
            for part in parts {
                collectFirst(part, into: &found)
                if !isNullable(part) { return }
            }
        case .choice(let parts): for part in parts { collectFirst(part, into: &found) }
        case .repetition(let part, _, let maximum): if maximum != 0 { collectFirst(part, into: &found) }
        case .rule(let number): found.insert(number)
        }
    }
}

extension Grammar.Expression {
    /// Visits every rule that the expression names.
    func forEachRule(_ visit: (Int) -> Void) {
        switch self {
        case .literal, .set: break
        case .sequence(let parts), .choice(let parts): for part in parts { part.forEachRule(visit) }
        case .repetition(let part, _, _): part.forEachRule(visit)
        case .rule(let number): visit(number)
        }
    }
}
