import Platform
package import Sampling
import Synchronization
package import Tokenization

/// Makes the constraints of a model's requests, one after the other on a thread of their own.
package final class ConstraintMaker: Sendable {
    private let thread = ComputeThread(name: "swiftllm.constraints")
    private let tokenizer: Tokenizer
    private let vocabularyCount: Int
    /// The tokens as constraints see them: made with the first constraint.
    private let vocabulary = Mutex<ConstraintVocabulary?>(nil)

    /// - Parameter vocabularyCount: number of the model's logits.
    package init(_ tokenizer: Tokenizer, vocabularyCount: Int) {
        self.tokenizer = tokenizer
        self.vocabularyCount = vocabularyCount
    }

    /// Begins to make a constraint.
    package func constraint(_ grammar: CheckedGrammar) -> ConstraintLoad {
        ConstraintLoad(vocabularyCount: vocabularyCount, on: thread) { isWanted in
            GrammarConstraint(grammar, vocabulary: self.madeVocabulary(), while: isWanted)
        }
    }

    private func madeVocabulary() -> ConstraintVocabulary {
        vocabulary.withLock { made in
            let vocabulary = made ?? ConstraintVocabulary(tokenizer, count: vocabularyCount)
            made = vocabulary
            return vocabulary
        }
    }
}
