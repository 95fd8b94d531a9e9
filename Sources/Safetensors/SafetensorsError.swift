package import JSON
package import Platform

/// Why a safetensors file cannot be read: where, what was expected, what was found.
package enum SafetensorsError: Error, Equatable, Sendable {
    /// What the operating system refused.
    case file(PlatformError)
    /// An error in the named file.
    indirect case inFile(path: String, SafetensorsError)

    // The header
    case truncated(wanted: UInt64, available: Int)
    case headerTooLong(found: UInt64, limit: Int)
    case invalidHeader(JSONError)
    case notAnObject

    // Tensors
    case invalidField(tensor: String, field: String, expected: String)
    case unknownType(tensor: String, found: String)
    case tooLarge(tensor: String)
    case invalidOffsets(tensor: String, start: Int, end: Int, available: Int)
    case sizeMismatch(tensor: String, expected: Int, found: Int)
    case overlap(String, String)
    case gap(before: String, start: Int, end: Int)
    case trailingBytes(used: Int, available: Int)

    // Models in several files
    case invalidIndex(reason: String)
    case missingShard(tensor: String, file: String)
    case missingTensor(String, file: String)
    case duplicateTensor(String, files: [String])
}

extension SafetensorsError {
    /// The error with the path of its file, unless it has one already.
    func located(in path: String) -> SafetensorsError {
        switch self {
        case .file, .inFile: self
        default: .inFile(path: path, self)
        }
    }
}

extension SafetensorsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .inFile(let path, let error): "\(path): \(error)"
        case .truncated(let wanted, let available):
            "not a whole safetensors file: the header needs \(wanted) bytes, the file has \(available)"
        case .headerTooLong(let found, let limit):
            "not a safetensors file: the header has \(found) bytes, at most \(limit) are allowed"
        case .invalidHeader(let error): "not a safetensors file: the header is no JSON: \(error)"
        case .notAnObject: "not a safetensors file: the header is no JSON object"
        case .invalidIndex(let reason): "the index of the safetensors files is invalid: \(reason)"
        case .missingShard(let tensor, let file):
            "tensor \(quoted(tensor)): its file \(quoted(file)) is not there"
        case .missingTensor(let tensor, let file): "tensor \(quoted(tensor)) is missing in \(quoted(file))"
        case .duplicateTensor(let tensor, let files):
            "tensor \(quoted(tensor)) occurs in several files: \(files.map(quoted).joined(separator: ", "))"
        default: tensorDescription
        }
    }

    private var tensorDescription: String {
        switch self {
        case .invalidField(let tensor, let field, let expected):
            "tensor \(quoted(tensor)): \(quoted(field)): expected \(expected)"
        case .unknownType(let tensor, let found): "tensor \(quoted(tensor)): unknown type \(quoted(found))"
        case .tooLarge(let tensor): "tensor \(quoted(tensor)): its size is too large for any file"
        case .invalidOffsets(let tensor, let start, let end, let available):
            "tensor \(quoted(tensor)): bytes \(start) to \(end) do not lie within the \(available) bytes of data"
        case .sizeMismatch(let tensor, let expected, let found):
            "tensor \(quoted(tensor)): shape and type need \(expected) bytes, found \(found)"
        case .overlap(let one, let other): "tensors \(quoted(one)) and \(quoted(other)) overlap"
        case .gap(let tensor, let start, let end):
            "tensor \(quoted(tensor)): bytes \(start) to \(end) before it belong to no tensor"
        case .trailingBytes(let used, let available):
            "the tensors take \(used) bytes, the file has \(available): it may be cut or damaged"
        default: ""
        }
    }
}

/// A file's text on one line, at most 200 characters of it, in quotes.
private func quoted(_ text: String) -> String {
    let limit = 200
    let shown = text.unicodeScalars.prefix(limit).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return "'" + shown.joined() + (text.unicodeScalars.count > limit ? "…" : "") + "'"
}
