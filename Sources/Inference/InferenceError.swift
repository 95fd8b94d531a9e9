package import Sampling

/// Why a request is not taken on, or why its generation failed.
package enum InferenceError: Error, Equatable, CustomStringConvertible {
    /// There is no token to compute anything from.
    case emptyPrompt
    /// The prompt has more tokens than fit the context, or than the whole cache has pages for.
    case promptTooLong(tokens: Int, contextLength: Int)
    /// A prompt names a token that the vocabulary does not have.
    case tokenOutOfRange(position: Int, vocabularyCount: Int, found: Int)
    /// As many requests wait as may.
    case queueFull(limit: Int)
    /// A limit of the request lies outside its range.
    case limitOutOfRange(name: String, expected: String, found: Int)
    /// A sampling option is wrong, or no token can be chosen.
    case sampling(SamplingError)
    /// One of several texts is wrong; they count from 0.
    indirect case text(number: Int, InferenceError)
    /// Scores were asked of a model without a classification head.
    case noClassifier(architecture: String)
    /// Whoever asked does not want it any more.
    case cancelled
    /// The engine has been shut down.
    case shutDown

    package var description: String {
        switch self {
        case .emptyPrompt: "the prompt has no token, expected at least one"
        case .promptTooLong(let tokens, let contextLength):
            "the prompt has \(tokens) tokens, expected at most \(contextLength), the length of the context"
        case .tokenOutOfRange(let position, let vocabularyCount, let found):
            "token \(position) of the prompt: expected 0 to \(vocabularyCount - 1), found \(found)"
        case .queueFull(let limit): "\(limit) requests wait already, which is the limit"
        case .limitOutOfRange(let name, let expected, let found): "\(name): expected \(expected), found \(found)"
        case .sampling(let error): error.description
        case .text(let number, let error): "text \(number): \(error)"
        case .noClassifier(let architecture):
            "this model of architecture '\(architecture)' has no classification head to score with"
        case .cancelled: "the request was cancelled"
        case .shutDown: "the engine has been shut down"
        }
    }
}
