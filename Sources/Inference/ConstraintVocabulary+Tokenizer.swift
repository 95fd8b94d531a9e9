package import Sampling
package import Tokenization

extension ConstraintVocabulary {
    /// The tokens of a tokenizer, with the bytes that they add to a text whose control tokens are hidden.
    ///
    /// - Parameter count: number of the model's logits; tokens beyond the tokenizer's have no text.
    package convenience init(_ tokenizer: Tokenizer, count: Int) {
        self.init(
            count: count, endOfGeneration: tokenizer.vocabulary.special.endOfGeneration
        ) { tokenizer.piece(of: $0, special: .hidden) }
    }
}
