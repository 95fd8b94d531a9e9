extension Grammar {
    /// The same texts by rules that an automaton follows with fewer states: many literals to choose from share their
    /// beginnings, and rules that end with themselves are repetitions.
    ///
    ///     "red" | "rose" | …               "r" ("ed" | "ose" | …)
    ///     item ::= a item | b item | c     item ::= (a | b)* c
    var rewritten: Grammar {
        var result = self
        for number in rules.indices {
            let body = rules[number].body
            result.rules[number].body = (body.asRepetition(ofRule: number) ?? body).sharingBeginnings
        }
        return result
    }
}

extension Grammar.Expression {
    // MARK: Rules that end with themselves

    /// The body of a rule that names itself only at the ends of alternatives, as a repetition; nil for another.
    fileprivate func asRepetition(ofRule number: Int) -> Self? {
        guard case .choice(let parts) = self.asChoice(ofRule: number) else { return nil }
        var repeated: [Self] = []
        var last: [Self] = []
        for part in parts {
            if case .sequence(let members) = part, members.count > 1, case .rule(number) = members[members.count - 1] {
                repeated.append(.sequence(Array(members.dropLast())))
            } else {
                last.append(part)
            }
        }
        guard !repeated.isEmpty, !(repeated + last).contains(where: { $0.names(rule: number) }) else { return nil }
        return .sequence([.repetition(.choice(repeated), minimum: 0, maximum: nil), .choice(last)])
    }

    /// Alternatives, of which each `a rule?` is two: `a rule | a`.
    private func asChoice(ofRule number: Int) -> Self {
        let parts: [Self] = if case .choice(let parts) = self { parts } else { [self] }
        return .choice(
            parts.flatMap { part -> [Self] in
                guard case .sequence(let members) = part, case .repetition(.rule(number), 0, 1) = members.last else {
                    return [part]
                }
                let before = Array(members.dropLast())
                return [.sequence(before + [.rule(number)]), .sequence(before)]
            })
    }

    private func names(rule number: Int) -> Bool {
        var isNamed = false
        forEachRule { isNamed = isNamed || $0 == number }
        return isNamed
    }

    // MARK: Literals

    /// Fewest and most literals that share their beginnings, and most levels of sharing.
    private static var shared: ClosedRange<Int> { 8...50_000 }
    private static var sharedDepth: Int { 16 }

    fileprivate var sharingBeginnings: Self {
        switch self {
        case .literal, .set, .rule: self
        case .sequence(let parts): .sequence(parts.map(\.sharingBeginnings))
        case .repetition(let part, let minimum, let maximum):
            .repetition(part.sharingBeginnings, minimum: minimum, maximum: maximum)
        case .choice(let parts): .choice(Self.sharingBeginnings(parts))
        }
    }

    private static func sharingBeginnings(_ parts: [Self]) -> [Self] {
        var literals: [[UInt8]] = []
        for part in parts { if case .literal(let bytes) = part { literals.append(bytes) } }
        guard shared.contains(literals.count) else { return parts.map(\.sharingBeginnings) }
        let others = parts.filter { if case .literal = $0 { false } else { true } }.map(\.sharingBeginnings)
        literals.sort { $0.lexicographicallyPrecedes($1) }
        return others + alternatives(literals[...], depth: 0)
    }

    /// One alternative for each first byte of sorted literals.
    private static func alternatives(_ literals: ArraySlice<[UInt8]>, depth: Int) -> [Self] {
        guard depth < sharedDepth else { return literals.map { .literal($0) } }
        var result: [Self] = []
        var rest = literals
        while let first = rest.first {
            let group = rest.prefix { $0.first == first.first }
            rest = rest.dropFirst(group.count)
            guard let last = group.last, group.count > 1, !first.isEmpty else {
                result.append(.literal(first))
                continue
            }
            // What the first and the last of a sorted group have in common, all have.
            let beginning = zip(first, last).prefix { $0 == $1 }.map(\.0)
            let ends = group.map { Array($0.dropFirst(beginning.count)) }
            result.append(.sequence([.literal(beginning), .choice(alternatives(ends[...], depth: depth + 1))]))
        }
        return result
    }
}
