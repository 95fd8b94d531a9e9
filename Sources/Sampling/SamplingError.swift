/// Why sampling options are refused, or why no token can be chosen.
package enum SamplingError: Error, Equatable, CustomStringConvertible {
    /// An option lies outside its range.
    case optionOutOfRange(option: String, expected: String, found: String)
    /// An option names a token that the vocabulary does not have.
    case tokenOutOfRange(option: String, vocabularyCount: Int, found: Int)
    /// A stage name that no stage has.
    case unknownStage(name: String, expected: [String])
    /// The logits of a step are not one per token of the vocabulary.
    case wrongLogitCount(expected: Int, found: Int)
    /// Every token is forbidden, by the mask or by logits that are all NaN or minus infinity.
    case noCandidate(vocabularyCount: Int)
    /// The grammar leaves so many readings of the text open that following them all takes too long.
    case constraintTooComplex
    /// The constraint was made for another vocabulary.
    case constraintOfOtherVocabulary(expected: Int, found: Int)

    package var description: String {
        switch self {
        case .optionOutOfRange(let option, let expected, let found):
            "option \(option): expected \(expected), found \(found)"
        case .tokenOutOfRange(let option, let vocabularyCount, let found):
            "option \(option): expected tokens from 0 to \(vocabularyCount - 1), found \(found)"
        case .unknownStage(let name, let expected):
            "sampling stage \"\(name)\" is unknown, expected one of \(expected.joined(separator: ", "))"
        case .wrongLogitCount(let expected, let found):
            "expected \(expected) logits, found \(found)"
        case .noCandidate(let vocabularyCount):
            "no token of \(vocabularyCount) can be chosen: all are masked or have no finite logit"
        case .constraintTooComplex:
            "the grammar leaves too many readings of the text open, expected a less ambiguous one"
        case .constraintOfOtherVocabulary(let expected, let found):
            "expected a constraint on \(expected) tokens, found one on \(found)"
        }
    }
}
