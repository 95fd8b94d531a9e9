/// A context-free grammar over text: what a generation may consist of.
///
/// Whatever the notation it comes from (GBNF, JSON Schema, a regular expression, a list of choices), this is what the
/// automaton is made of.
package struct Grammar: Sendable, Equatable {
    /// What a part of the text may be.
    package indirect enum Expression: Sendable, Equatable {
        /// This text, as UTF-8.
        case literal([UInt8])
        /// One scalar of a set.
        case set(CodePointSet)
        /// All of these, one after another.
        case sequence([Expression])
        /// One of these.
        case choice([Expression])
        /// This so many times; without a maximum, any number above the minimum.
        case repetition(Expression, minimum: Int, maximum: Int?)
        /// What the rule of that number says.
        case rule(Int)
    }

    /// A named expression.
    package struct Rule: Sendable, Equatable {
        package let name: String
        package var body: Expression
    }

    /// The rules, which expressions name by their position.
    package internal(set) var rules: [Rule]
    /// The rule that the whole text follows.
    package let root: Int

    init(rules: [Rule], root: Int) {
        self.rules = rules
        self.root = root
    }

    /// A grammar of one rule.
    init(_ body: Expression) { self.init(rules: [Rule(name: "root", body: body)], root: 0) }
}

extension Grammar {
    /// Bounds that keep a grammar from outside in proportion; each is far above what people write.
    package enum Limit {
        /// Bytes of a grammar's or schema's text.
        package static let bytes = 1 << 20
        /// Parentheses, or schemas, inside one another.
        package static let depth = 100
        /// Expressions, counted once wherever they are repeated.
        package static let expressions = 200_000
        package static let rules = 20_000
        /// Largest count of a repetition.
        package static let repetition = 1_000_000
        /// Rules that begin with one another.
        package static let leftDepth = 150

        /// - Throws: `tooLarge` if groups are too deep inside one another.
        static func check(depth: Int) throws(GrammarError) {
            guard depth <= Self.depth else { throw .tooLarge(what: "groups inside one another", limit: Self.depth) }
        }

        /// - Throws: `tooLarge` if there are too many expressions.
        static func check(expressions: Int) throws(GrammarError) {
            guard expressions <= Self.expressions else { throw .tooLarge(what: "expressions", limit: Self.expressions) }
        }
    }

    /// Exactly one text.
    package static func literal(_ text: String) -> Grammar { Grammar(.literal(Array(text.utf8))) }

    /// One of several texts.
    ///
    /// - Throws: `matchesNothing` without any, `tooLarge`.
    package static func choices(_ texts: [String]) throws(GrammarError) -> Grammar {
        guard !texts.isEmpty else { throw .matchesNothing }
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= Limit.bytes, texts.count <= Limit.expressions else {
            throw .tooLarge(what: "bytes of the choices", limit: Limit.bytes)
        }
        return Grammar(.choice(texts.map { .literal(Array($0.utf8)) }))
    }

    /// What one of several grammars allows.
    package static func choice(of grammars: [Grammar]) -> Grammar { combining(grammars) { .choice($0) } }

    /// What several grammars allow, one after another.
    package static func sequence(of grammars: [Grammar]) -> Grammar { combining(grammars) { .sequence($0) } }

    /// What a grammar allows, so many times, with a text between each two.
    ///
    /// - Precondition: `0 <= minimum <= maximum`.
    package func repeated(minimum: Int, maximum: Int?, separator: String = "") -> Grammar {
        Self.combining([self]) { roots in
            let rest: Expression = .sequence([.literal(Array(separator.utf8)), roots[0]])
            let several: Expression = .sequence([
                roots[0],
                .repetition(rest, minimum: max(minimum - 1, 0), maximum: maximum.map { max($0 - 1, 0) }),
            ])
            if maximum == 0 { return .literal([]) }
            return minimum > 0 ? several : .repetition(several, minimum: 0, maximum: 1)
        }
    }

    private static func combining(_ grammars: [Grammar], _ body: ([Expression]) -> Expression) -> Grammar {
        var rules = [Rule(name: "root", body: .literal([]))]
        var roots: [Expression] = []
        for (number, grammar) in grammars.enumerated() {
            let shift = rules.count
            roots.append(.rule(shift + grammar.root))
            rules += grammar.rules.map {
                Rule(name: "part-\(number)-\($0.name)", body: $0.body.shifted(by: shift))
            }
        }
        rules[0].body = body(roots)
        return Grammar(rules: rules, root: 0)
    }
}

extension Grammar.Expression {
    /// The same texts with less around them: no sequences in sequences, no empty parts, neighbouring literals as one.
    var simplified: Self {
        switch self {
        case .literal, .set, .rule: self
        case .sequence(let parts): Self.joined(parts.map(\.simplified))
        case .choice(let parts): parts.count == 1 ? parts[0].simplified : .choice(parts.map(\.simplified))
        case .repetition(_, _, 0): .literal([])
        case .repetition(let part, 1, 1): part.simplified
        case .repetition(let part, let minimum, let maximum):
            .repetition(part.simplified, minimum: minimum, maximum: maximum)
        }
    }

    private static func joined(_ parts: [Self]) -> Self {
        var result: [Self] = []
        for part in parts {
            let members: [Self] = if case .sequence(let members) = part { members } else { [part] }
            for member in members {
                if case .literal(let bytes) = member {
                    if bytes.isEmpty { continue }
                    if case .literal(let before) = result.last {
                        result[result.count - 1] = .literal(before + bytes)
                        continue
                    }
                }
                result.append(member)
            }
        }
        return result.isEmpty ? .literal([]) : result.count == 1 ? result[0] : .sequence(result)
    }

    /// The expression with all rules renumbered.
    fileprivate func shifted(by offset: Int) -> Self {
        switch self {
        case .literal, .set: self
        case .sequence(let parts): .sequence(parts.map { $0.shifted(by: offset) })
        case .choice(let parts): .choice(parts.map { $0.shifted(by: offset) })
        case .repetition(let part, let minimum, let maximum):
            .repetition(part.shifted(by: offset), minimum: minimum, maximum: maximum)
        case .rule(let number): .rule(number + offset)
        }
    }
}
