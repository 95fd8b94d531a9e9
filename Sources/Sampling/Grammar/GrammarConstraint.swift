/// Holds a sequence to a grammar: every token that it allows can be continued to a text of the grammar, and no other is.
///
/// *Complexity*: a mask that was computed before is looked up; for others see `TokenCollector`.
package struct GrammarConstraint: TokenConstraint {
    private let vocabulary: ConstraintVocabulary
    private let triggerTokens: Set<Int32>
    private var automaton: Automaton
    private var state: Automaton.State
    private var masks: [Automaton.State: TokenMask] = [:]
    /// The state that allows every token, if one was met: free text, far from a trigger.
    private var freeState: Automaton.State?
    private var collector: TokenCollector

    /// Masks that are kept; when there are more, they are computed again as needed.
    private static let maskLimit = 256
    /// Most tokens after which masks are found before the text, and most work for a mask before more are.
    private static let anticipatedLimit = 16
    private static let anticipatedWork = 20_000

    /// A constraint at the beginning of the text, made ready: to be made while the prompt is read.
    ///
    /// - Parameter isWanted: asked from time to time; after a no the rest is left out, which makes masks slower only.
    package init(
        _ grammar: CheckedGrammar, vocabulary: ConstraintVocabulary, while isWanted: () -> Bool = { true }
    ) {
        self.vocabulary = vocabulary
        triggerTokens = grammar.triggerTokens
        automaton = grammar.automaton
        state = automaton.start
        collector = TokenCollector(vocabulary)
        collector.prepare(&automaton, while: isWanted)
        anticipate(while: isWanted)
        automaton.makeRoom()
    }

    /// The same for a grammar that has not been checked.
    ///
    /// - Throws: what `CheckedGrammar` throws.
    package init(
        _ grammar: Grammar, vocabulary: ConstraintVocabulary, trigger: TextTrigger? = nil
    ) throws(GrammarError) {
        self.init(try CheckedGrammar(grammar, trigger: trigger), vocabulary: vocabulary)
    }

    /// Finds the masks that the grammar begins with, and where few tokens may begin it, those after each of them. What is
    /// too complex for that is left to the time when it is asked for.
    private mutating func anticipate(while isWanted: () -> Bool) {
        guard isWanted() else { return }
        var trial = self
        let first = automaton.isFreeText(state) ? automaton.triggered : state
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        func find() -> Bool { !trial.automaton.isCrowded && (try? trial.mask(into: &mask)) != nil }
        func keep() {
            trial.state = state
            self = trial
        }
        trial.state = first
        guard find() else { return }
        keep()
        let tokens = (0..<Int32(vocabulary.count)).filter { mask[$0] }
        guard tokens.count <= Self.anticipatedLimit else { return }
        for token in tokens where trial.automaton.work <= Self.anticipatedWork {
            trial.state = first
            trial.accept(token)
            guard isWanted(), find() else { return }
        }
        keep()
    }

    package var vocabularyCount: Int { vocabulary.count }

    package var isComplete: Bool { state == Automaton.empty }

    /// Whether a token was accepted that the grammar does not allow: then nothing may follow.
    package var isRefused: Bool { state == Automaton.never }

    /// Whether the text so far satisfies the grammar, and may end.
    package var mayEnd: Bool { automaton.isNullable[Int(state)] }

    package mutating func mask(into mask: inout TokenMask) throws(SamplingError) -> Bool {
        // An exhausted automaton's states mean nothing, those that are known included.
        guard !automaton.isExhausted else { throw .constraintTooComplex }
        automaton.work = 0
        if state == freeState { return false }
        if let known = masks[state] {
            mask = known
            return true
        }
        if automaton.isCrowded {
            state = automaton.compact(keeping: state)
            masks.removeAll(keepingCapacity: true)
            collector.forgetStates()
            freeState = nil
        }
        var found = TokenMask(vocabularyCount: vocabulary.count, allowingAll: false)
        collector.collect(from: state, in: &automaton, into: &found)
        guard !automaton.isExhausted else { throw .constraintTooComplex }
        if automaton.isFreeText(state) { for token in vocabulary.textless { found[token] = true } }
        if mayEnd {
            for token in vocabulary.endOfGeneration where Int(token) < vocabulary.count { found[token] = true }
        }
        if automaton.isFreeText(state), found == TokenMask(vocabularyCount: vocabulary.count, allowingAll: true) {
            freeState = state
            return false
        }
        if masks.count >= Self.maskLimit { masks.removeAll(keepingCapacity: true) }
        masks[state] = found
        mask = found
        return true
    }

    package mutating func accept(_ token: Int32) {
        if vocabulary.endOfGeneration.contains(token) { return }
        if triggerTokens.contains(token), automaton.isFreeText(state) {
            state = automaton.triggered
            return
        }
        for byte in vocabulary.text(of: token) { state = automaton.state(after: state, reading: byte) }
    }
}
