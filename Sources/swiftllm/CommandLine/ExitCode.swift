import Compute
import GGUF
import ModelStorage
import Models
import Platform
import Tokenization

/// What the process tells its caller.
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case failure = 1
    case usage = 2
    case unreadableInput = 3
    case invalidInput = 4
    case unwritableOutput = 5
    case interrupted = 130
    case closedPipe = 141
    case terminated = 143

    /// One line for the help.
    package var meaning: String {
        switch self {
        case .success: "success"
        case .failure: "failure that has no code of its own"
        case .usage: "the command line makes no sense"
        case .unreadableInput: "a file is missing, a directory or unreadable"
        case .invalidInput: "a file is damaged or not supported"
        case .unwritableOutput: "a result cannot be written"
        case .interrupted: "somebody pressed Ctrl-C"
        case .closedPipe: "the reader of the output is gone"
        case .terminated: "the process was asked to terminate"
        }
    }

    /// The code of an error.
    package init(_ error: any Error) {
        switch error {
        case is UsageError: self = .usage
        case is NamedModel.Missing: self = .unreadableInput
        case let error as PlatformError: self.init(platform: error)
        case let error as GGUFError: self.init(gguf: error)
        case ComputeError.platform(let error): self.init(platform: error)
        case ComputeError.packedFile: self = .invalidInput
        case is InputError, is ModelError, is TokenizerError, is ModelfileError, is ModelStorageError:
            self = .invalidInput
        case is InterruptedError: self = Interruption.isTermination ? .terminated : .interrupted
        default: self = .failure
        }
    }

    private init(platform error: PlatformError) {
        switch error {
        case .notFound, .isDirectory, .notReadable: self = .unreadableInput
        case .notWritable: self = .unwritableOutput
        case .closedPipe: self = .closedPipe
        case .outOfMemory: self = .failure
        }
    }

    private init(gguf error: GGUFError) {
        guard case .file(let error) = error else {
            self = .invalidInput
            return
        }
        self.init(platform: error)
    }
}

/// Input that a command cannot use, in words: what was found where and what was expected.
package struct InputError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Somebody pressed Ctrl-C, or asked the process to terminate; what the command was at is left undone.
package struct InterruptedError: Error, CustomStringConvertible {
    package let description = "interrupted"
}
