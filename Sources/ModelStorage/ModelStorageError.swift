package import GGUF
package import JSON
package import Platform

/// Why the store cannot do what it was asked for: where, what was expected, what was found.
package enum ModelStorageError: Error, Equatable, Sendable {
    /// What the operating system refused.
    case file(PlatformError)
    /// Weights that cannot be read or written.
    case weights(GGUFError)

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

    /// What an error means to whoever asked.
    package enum Kind: Sendable { case invalid, notFound, unsupported, failed }

    package var kind: Kind {
        switch self {
        case .invalidName, .invalidDigest, .digestMismatch: .invalid
        case .modelNotFound, .blobNotFound: .notFound
        case .weights(.file(.notFound)), .file(.notFound): .notFound
        case .weights(.file): .failed
        case .weights: .invalid
        case .file, .blobSize, .invalidJSON, .invalidField, .invalidText: .failed
        }
    }
}

extension ModelStorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .weights(let error): error.description
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
