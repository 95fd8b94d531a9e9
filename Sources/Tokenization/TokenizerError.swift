package import GGUF

/// What is wrong with a vocabulary, or with what was asked of it.
package enum TokenizerError: Error, Equatable, Sendable {
    /// A key is missing, or has a value of another type than the format gives it.
    case metadata(GGUFError)
    /// `tokenizer.ggml.model` names an algorithm that is not implemented.
    case unsupportedModel(String)
    /// `tokenizer.ggml.pre` names a split rule that is not known.
    case unknownPreTokenizer(String)
    /// There are more tokens than a token number can count, or none at all.
    case tokenCount(Int)
    /// An array has fewer entries than there are tokens.
    case tooFewEntries(key: String, expected: Int, found: Int)
    /// A table in the file contradicts itself.
    case malformed(key: String, reason: String)
}

extension TokenizerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .metadata(let error): "\(error)"
        case .unsupportedModel(let name):
            "'tokenizer.ggml.model': expected one of \(TokenizerModel.names.joined(separator: ", ")), found '\(name)'"
        case .unknownPreTokenizer(let name):
            "'tokenizer.ggml.pre': no split rule is known by the name '\(name)'"
        case .tokenCount(let count):
            "'tokenizer.ggml.tokens': expected 1 to \(Vocabulary.tokenLimit) tokens, found \(count)"
        case .tooFewEntries(let key, let expected, let found):
            "'\(key)': expected \(expected) entries, one for each token, found \(found)"
        case .malformed(let key, let reason): "'\(key)' is malformed: \(reason)"
        }
    }
}
