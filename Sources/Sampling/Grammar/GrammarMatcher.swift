/// Says whether whole texts satisfy a grammar.
package struct GrammarMatcher: Sendable {
    private var automaton: Automaton

    /// - Throws: `leftRecursion`, `matchesNothing` or `tooLarge`.
    package init(_ grammar: Grammar) throws(GrammarError) { automaton = try Automaton(grammar) }

    /// Whether a text satisfies the grammar from beginning to end.
    ///
    /// - Throws: `constraintTooComplex`.
    package mutating func matches(_ text: some Sequence<UInt8>) throws(SamplingError) -> Bool {
        var state = automaton.start
        for byte in text {
            automaton.work = 0
            if automaton.isCrowded { state = automaton.compact(keeping: state) }
            state = automaton.state(after: state, reading: byte)
            guard !automaton.isExhausted else { throw .constraintTooComplex }
            if state == Automaton.never { return false }
        }
        return automaton.isNullable[Int(state)]
    }

    /// Whether a text satisfies the grammar from beginning to end.
    ///
    /// - Throws: `constraintTooComplex`.
    package mutating func matches(_ text: String) throws(SamplingError) -> Bool { try matches(text.utf8) }
}
