package import Conversion
package import GGUF
package import JSON
package import Platform

/// Why the store cannot do what it was asked for: where, what was expected, what was found.
package enum ModelStorageError: Error, Equatable, Sendable {
    /// What the operating system refused.
    case file(PlatformError)
    /// Weights that cannot be read or written.
    case weights(GGUFError)
    /// What stands between the store and a registry.
    case registry(RegistryError)

    /// A Hugging Face model that cannot be converted.
    case conversion(ConversionError)
    /// Nobody waits for the result any more.
    case cancelled

    // Names and digests
    case invalidName(String)
    case modelNotFound(String)
    case invalidDigest(String)
    case digestMismatch(expected: BlobDigest, found: BlobDigest)
    case blobNotFound(BlobDigest)
    case blobSize(BlobDigest, expected: Int, found: Int)

    // What the files say
    case invalidJSON(path: String, JSONError)
    case invalidField(path: String, field: String, expected: String)
    case invalidText(path: String)

    // Making models
    case noSource
    case noWeights(path: String)
    case notRelative(fileName: String)
    case notGGUF(fileName: String)
    case notAdapter(fileName: String)
    case tooManyAdapters(found: Int)
    case incompleteParts(name: String, expected: Int, found: Int)
    case unknownQuantization(String, supported: [String])
    case alreadyQuantized(tensor: String, type: String)
    case invalidTemplate(reason: String)
    case unknownParameter(String)
    case invalidParameter(String, expected: String, found: String)

    /// What an error means to whoever asked.
    package enum Kind: Sendable { case invalid, notFound, cancelled, failed }

    package var kind: Kind {
        switch self {
        case .modelNotFound, .blobNotFound: .notFound
        case .registry(.pullingManifest(.manifestNotFound)): .notFound
        case .registry(.insecureProtocol): .invalid
        case .registry: .failed
        case .cancelled: .cancelled
        case .weights(.file(.notFound)), .file(.notFound): .notFound
        case .weights(.file): .failed
        case .conversion(.file), .conversion(.gguf(.file)): .failed
        case .file, .blobSize, .invalidJSON, .invalidField, .invalidText: .failed
        default: .invalid
        }
    }
}

extension ModelStorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .weights(let error): error.description
        case .registry(let error): error.description
        case .conversion(let error): error.description
        case .cancelled: "cancelled"
        case .invalidName(let name): "name \(quoted(name)) is invalid"
        case .modelNotFound(let name): "model '\(printable(name))' not found"
        case .invalidDigest(let text):
            "invalid digest format: expected 'sha256:' and 64 hexadecimal digits, found \(quoted(text))"
        case .digestMismatch(let expected, let found): "digest mismatch, expected \(expected), got \(found)"
        case .blobNotFound(let digest): "blob \(quoted(digest.description)) not found"
        case .blobSize(let digest, let expected, let found):
            "blob \(quoted(digest.description)): expected \(expected) bytes, found \(found)"
        case .invalidJSON(let path, let error): "\(path): \(error)"
        case .invalidField(let path, let field, let expected): "\(path): \(quoted(field)): expected \(expected)"
        case .invalidText(let path): "\(path): is not valid UTF-8 text"
        default: creationDescription
        }
    }

    private var creationDescription: String {
        switch self {
        case .noSource: "neither 'from' or 'files' was specified"
        case .noWeights(let path):
            "\(path): no files provided to convert: expected GGUF or safetensors files in the folder"
        case .notRelative(let name): "file path must be relative and stay below its folder, found \(quoted(name))"
        case .notGGUF(let name): "supplied file was not in GGUF format: \(printable(name))"
        case .notAdapter(let name): "\(printable(name)): is not an adapter: expected general.type to be 'adapter'"
        case .tooManyAdapters(let found): "only one adapter is currently supported, found \(found)"
        case .incompleteParts(let name, let expected, let found):
            "\(printable(name)): is split into \(expected) parts, of which \(found) "
                + (found == 1 ? "is there" : "are there") + ": expected all of them"
        case .unknownQuantization(let name, let supported):
            "unsupported quantization type \(printable(name)) - supported types are \(supported.joined(separator: ", "))"
        case .alreadyQuantized(let tensor, let type):
            "quantization is only supported for F16, BF16 and F32 models: tensor '\(printable(tensor))' is \(type)"
        case .invalidTemplate(let reason): "template error: \(reason)"
        case .unknownParameter(let name): "unknown parameter '\(printable(name))'"
        case .invalidParameter(let name, let expected, let found):
            "invalid \(expected) value \(quoted(found)) of parameter '\(printable(name))'"
        default: ""
        }
    }
}

/// Runs what talks to the operating system.
func withFiles<Result: ~Copyable>(
    _ body: () throws(PlatformError) -> Result
) throws(ModelStorageError) -> Result {
    do { return try body() } catch { throw .file(error) }
}

/// A caller's text on one line, in double quotes.
func quoted(_ text: String) -> String { "\"\(printable(text))\"" }

/// A caller's text on one line, at most 400 characters of it.
func printable(_ text: String) -> String {
    let limit = 400
    let shown = text.unicodeScalars.prefix(limit).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return shown.joined() + (text.unicodeScalars.count > limit ? "…" : "")
}
