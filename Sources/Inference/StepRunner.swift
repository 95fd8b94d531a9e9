package import Compute
package import Models
package import Tokenization

/// Computes the rows of a step: a model with its backend, or in tests something that stands for one.
package protocol StepRunner: AnyObject {
    /// Tokens that logits are given for.
    var vocabularyCount: Int { get }

    /// Whether a sequence that may grow to this length uses the long one of two sets of RoPE frequencies.
    func usesLongRoPE(length: Int) -> Bool

    /// Computes a batch, and lends the logits of its logit rows in order.
    func run(_ batch: Batch, _ readLogits: (_ row: Int, _ logits: borrowing Span<Float>) -> Void)
}

/// A loaded model on its backend.
package final class ModelRunner: StepRunner {
    private let model: Model
    private let backend: any Backend

    package var vocabularyCount: Int { model.hyperparameters.vocabularySize }

    /// A runner whose backend has reserved memory for the batches that it will get.
    package init(_ model: Model, backend: any Backend) {
        self.model = model
        self.backend = backend
    }

    package func usesLongRoPE(length: Int) -> Bool { model.hyperparameters.usesLongRoPE(length: length) }

    package func run(_ batch: Batch, _ readLogits: (_ row: Int, _ logits: borrowing Span<Float>) -> Void) {
        var pass = ForwardPass(backend, batch: batch)
        model.architecture.forward(&pass)
        for row in batch.logitRows.indices {
            pass.withLogits(row) { logits in readLogits(row, logits.span) }
        }
    }
}

/// What the engine needs to know of a vocabulary.
package struct TokenTexts: Sendable {
    /// Appends the bytes of a token's text.
    package let append: @Sendable (_ token: Int32, _ showsSpecial: Bool, _ bytes: inout [UInt8]) -> Void
    /// Tokens by which the model ends a text.
    package let endOfGeneration: Set<Int32>

    package init(
        endOfGeneration: Set<Int32>,
        append: @escaping @Sendable (_ token: Int32, _ showsSpecial: Bool, _ bytes: inout [UInt8]) -> Void
    ) {
        self.append = append
        self.endOfGeneration = endOfGeneration
    }

    package init(_ tokenizer: Tokenizer) {
        self.init(endOfGeneration: tokenizer.vocabulary.special.endOfGeneration) { token, showsSpecial, bytes in
            tokenizer.appendPiece(of: token, special: showsSpecial ? .shown : .hidden, to: &bytes)
        }
    }
}
