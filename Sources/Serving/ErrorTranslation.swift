import ChatTemplates
import GGUF
import HTTP
import Inference
import ModelStorage
package import WireFormats

extension WireError {
    /// What an error of a lower layer means to a client: THE table.
    package init(_ error: any Error) {
        switch error {
        case let error as WireError: self = error
        case let error as InferenceError: self.init(inference: error)
        case let error as ModelStorageError: self.init(storage: error)
        case let error as TemplateError: self.init(.invalid, "chat template: \(error)")
        case let error as LoadError: self.init(.internal, "\(error)")
        case HTTPError.bodyTooLarge: self.init(.tooLarge, "\(error)")
        case let error as HTTPError: self.init(error.status.code < 500 ? .invalid : .internal, "\(error)")
        case let error as GGUFError: self.init(.internal, "\(error)")
        case is CancellationError: self.init(.internal, "the request was cancelled")
        default: self.init(.internal, "\(error)")
        }
    }

    private init(storage error: ModelStorageError) {
        switch error.kind {
        case .invalid: self.init(.invalid, "\(error)")
        case .notFound: self.init(.notFound, "\(error)")
        case .cancelled: self.init(.internal, "the request was cancelled")
        case .failed: self.init(.internal, "\(error)")
        }
    }

    private init(inference error: InferenceError) {
        switch error {
        case .emptyPrompt: self.init(.invalid, "\(error)", parameter: "prompt")
        case .promptTooLong(let tokens, let contextLength):
            self = OllamaError.promptTooLong(promptTokens: tokens, contextLength: contextLength)
        case .tokenOutOfRange: self.init(.invalid, "\(error)", parameter: "prompt")
        case .queueFull: self = OllamaError.busy
        case .limitOutOfRange, .sampling, .noClassifier: self.init(.invalid, "\(error)")
        case .text(_, .promptTooLong): self = OllamaError.inputTooLong
        case .text: self.init(.invalid, "\(error)", parameter: "input")
        case .cancelled: self.init(.internal, "\(error)")
        case .shutDown: self.init(.busy, "the server is shutting down")
        }
    }
}
