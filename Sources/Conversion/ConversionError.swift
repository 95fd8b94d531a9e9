package import GGUF
package import JSON
package import Platform
package import Safetensors

/// Why a model of Hugging Face's form cannot be converted: where, what was expected, what was found.
package enum ConversionError: Error, Equatable, Sendable {
    /// What the operating system refused.
    case file(PlatformError)
    case safetensors(SafetensorsError)
    case gguf(GGUFError)
    /// Nobody waits for the result any more.
    case cancelled

    // Files
    case missingFile(String, purpose: String)
    case invalidJSON(file: String, JSONError)
    case invalidText(file: String)
    case invalidField(file: String, field: String, expected: String, found: String)

    // What the model is
    case unsupportedArchitecture(found: [String], supported: [String])
    case unsupported(what: String, found: String, supported: String)

    // Tensors
    case unknownTensor(String, architecture: String)
    case missingTensor(String)
    case unsupportedType(tensor: String, found: SafetensorsType)
    case invalidShape(tensor: String, expected: String, found: [Int])

    // Tokens
    case invalidVocabulary(file: String, reason: String)
    case unknownPreTokenizer(found: String)
}

extension ConversionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .safetensors(let error): error.description
        case .gguf(let error): error.description
        case .cancelled: "cancelled"
        case .missingFile(let name, let purpose): "no \(name) among the files: expected \(purpose)"
        case .invalidJSON(let file, let error): "\(file): \(error)"
        case .invalidText(let file): "\(file): is not valid UTF-8 text"
        case .invalidField(let file, let field, let expected, let found):
            "\(file): '\(printable(field))': expected \(expected), found \(printable(found))"
        case .unsupportedArchitecture(let found, let supported):
            "unsupported architecture \(found.map { "'\(printable($0))'" }.joined(separator: ", ")) - supported "
                + "architectures are \(supported.joined(separator: ", "))"
        case .unsupported(let what, let found, let supported):
            "unsupported \(what) '\(printable(found))': expected \(supported)"
        case .unknownTensor(let name, let architecture):
            "tensor '\(printable(name))': no tensor of a \(architecture) model has this name"
        case .missingTensor(let name): "tensor '\(printable(name))' is missing"
        case .unsupportedType(let tensor, let found):
            "tensor '\(printable(tensor))': expected F32, F16 or BF16, found \(found.rawValue)"
        case .invalidShape(let tensor, let expected, let found):
            "tensor '\(printable(tensor))': expected \(expected), found shape \(found)"
        case .invalidVocabulary(let file, let reason): "\(file): \(printable(reason))"
        case .unknownPreTokenizer(let found):
            "tokenizer.json: no split rule is known for the pre-tokenizer \(printable(found))"
        }
    }
}

/// A file's text on one line, at most 400 characters of it.
func printable(_ text: String) -> String {
    let limit = 400
    let shown = text.unicodeScalars.prefix(limit).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return shown.joined() + (text.unicodeScalars.count > limit ? "…" : "")
}

/// Runs what reads or writes GGUF.
func withGGUF<Result: ~Copyable>(_ body: () throws(GGUFError) -> Result) throws(ConversionError) -> Result {
    do { return try body() } catch { throw .gguf(error) }
}
