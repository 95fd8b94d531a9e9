package import Sampling

/// A prompt to continue, and how.
package struct GenerationRequest: Sendable {
    /// Which logits are delivered beside the text.
    package enum ReturnedLogits: Sendable { case none, generated, all }

    /// Tokens of the prompt, at least one.
    package var prompt: [Int32]
    /// How tokens are chosen.
    package var sampling = SamplingOptions()
    /// Which of several completions of one prompt this is; each draws its own random numbers.
    package var completionIndex: UInt32 = 0
    /// What the text must be; nil if it is free.
    package var constraint: ConstraintLoad?
    /// When the text ends.
    package var stop = StopConditions()
    /// How many of the likeliest tokens come with each token's log probability; `nil` leaves out both.
    package var topLogProbabilityCount: Int?
    /// Whether the prompt's tokens have log probabilities too, where the generated ones do.
    package var scoresPrompt = false
    /// Which logits are delivered beside the text.
    package var returnedLogits = ReturnedLogits.none
    /// Whether tokens without text of their own are written out.
    package var showsSpecialTokens = false
    /// Whose turn it takes: groups with waiting requests are served alike.
    package var group = ""
    /// What the cached pages depend on besides tokens (tenant, adapter); pages are shared only under one salt.
    package var cacheSalt: [UInt8] = []
    /// Events that may wait for a reader that is slow; one more ends the generation.
    package var eventCapacity = 4096

    package init(prompt: [Int32]) { self.prompt = prompt }

    /// Checks everything that does not depend on what else runs.
    ///
    /// - Throws: `emptyPrompt`, `promptTooLong`, `tokenOutOfRange`, `limitOutOfRange` or `sampling`.
    package func validate(contextLength: Int, vocabularyCount: Int) throws(InferenceError) {
        guard !prompt.isEmpty else { throw .emptyPrompt }
        guard prompt.count <= contextLength else {
            throw .promptTooLong(tokens: prompt.count, contextLength: contextLength)
        }
        if let position = prompt.firstIndex(where: { $0 < 0 || Int($0) >= vocabularyCount }) {
            throw .tokenOutOfRange(
                position: position, vocabularyCount: vocabularyCount, found: Int(prompt[position]))
        }
        if let count = topLogProbabilityCount, !(0...vocabularyCount).contains(count) {
            throw .limitOutOfRange(
                name: "number of log probabilities", expected: "0 to \(vocabularyCount)", found: count)
        }
        guard eventCapacity > 0 else {
            throw .limitOutOfRange(name: "event capacity", expected: "at least 1", found: eventCapacity)
        }
        if let constraint, constraint.vocabularyCount != vocabularyCount {
            throw .sampling(
                .constraintOfOtherVocabulary(expected: vocabularyCount, found: constraint.vocabularyCount))
        }
        try stop.validate()
        do { try sampling.validate(vocabularyCount: vocabularyCount) } catch { throw .sampling(error) }
    }
}
