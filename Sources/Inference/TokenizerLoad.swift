package import GGUF
import Platform
import Synchronization
package import Tokenization

/// A tokenizer that is made on a thread of its own while others load the weights.
package final class TokenizerLoad: Sendable {
    private let thread = ComputeThread(name: "swiftllm.tokenizer")
    private let result = Mutex<Result<Tokenizer, TokenizerError>?>(nil)

    /// Begins.
    package init(_ metadata: Metadata) {
        thread.start { [self] in
            let made = Result { () throws(TokenizerError) in try Tokenizer(metadata: metadata) }
            result.withLock { $0 = made }
        }
    }

    /// The tokenizer, as soon as it is made.
    package func tokenizer() throws(TokenizerError) -> Tokenizer {
        thread.join()
        guard let made = result.withLock({ $0 }) else { preconditionFailure("the thread has ended without a result") }
        return try made.get()
    }
}
