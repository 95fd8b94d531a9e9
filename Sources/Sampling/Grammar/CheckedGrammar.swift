/// A grammar that has been found to be one, with all that can be wrong with it: what is left to do is to make its masks
/// fast on a vocabulary, which takes much longer.
package struct CheckedGrammar: Sendable {
    let automaton: Automaton
    let triggerTokens: Set<Int32>

    /// - Parameter trigger: what ends the free text that comes before the grammar; nil if there is none.
    /// - Throws: `leftRecursion`, `matchesNothing` or `tooLarge`.
    package init(_ grammar: Grammar, trigger: TextTrigger? = nil) throws(GrammarError) {
        try trigger?.check()
        automaton = try Automaton(grammar, trigger: trigger)
        triggerTokens = trigger?.tokens ?? []
    }
}
