/// What is wrong with a vocabulary, or with what was asked of it.
package enum TokenizerError: Error, Equatable, Sendable {
    /// A key that every vocabulary has is missing.
    case missingKey(String)
    /// A key has a value of another type than the format gives it.
    case wrongType(key: String, expected: String, found: String)
    /// `tokenizer.ggml.model` names an algorithm that is not implemented.
    case unsupportedModel(String)
    /// `tokenizer.ggml.pre` names a split rule that nobody has told us about.
    case unknownPreTokenizer(String)
    /// An array has fewer entries than there are tokens, or more than a token number can count.
    case wrongCount(key: String, expected: Int, found: Int)
    /// A table in the file contradicts itself.
    case malformed(key: String, reason: String)
    /// A token number outside the vocabulary.
    case noSuchToken(TokenID, count: Int)
}

extension TokenizerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingKey(let key): "the vocabulary has no '\(key)'"
        case .wrongType(let key, let expected, let found): "'\(key)': expected \(expected), found \(found)"
        case .unsupportedModel(let name):
            "tokenizer model '\(name)' is not supported; known are "
                + TokenizerModel.allNames.joined(separator: ", ")
        case .unknownPreTokenizer(let name):
            "unknown pre-tokenizer '\(name)' in 'tokenizer.ggml.pre': this version knows no split rule of that name"
        case .wrongCount(let key, let expected, let found): "'\(key)' has \(found) entries, expected \(expected)"
        case .malformed(let key, let reason): "'\(key)' is malformed: \(reason)"
        case .noSuchToken(let token, let count): "token \(token) is outside the vocabulary of \(count)"
        }
    }
}
