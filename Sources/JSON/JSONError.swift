/// Why a text is not JSON, with the byte offset where it stopped being so.
package enum JSONError: Error, Equatable, Sendable {
    case unexpected(offset: Int, expected: String, found: String)
    case truncated(offset: Int, expected: String)
    case tooLarge(byteCount: Int, limit: Int)
    case tooDeep(offset: Int, limit: Int)
    case numberTooLong(offset: Int, limit: Int)
    case invalidText(offset: Int)
    case loneSurrogate(offset: Int)
    case duplicateKey(offset: Int, key: String)
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpected(let offset, let expected, let found):
            "invalid JSON at byte \(offset): expected \(expected), found \(found)"
        case .truncated(let offset, let expected): "JSON ends at byte \(offset): expected \(expected)"
        case .tooLarge(let byteCount, let limit): "JSON has \(byteCount) bytes, at most \(limit) are allowed"
        case .tooDeep(let offset, let limit): "JSON at byte \(offset) nests more than \(limit) deep"
        case .numberTooLong(let offset, let limit): "number at byte \(offset) has more than \(limit) characters"
        case .invalidText(let offset): "string at byte \(offset) is not valid UTF-8"
        case .loneSurrogate(let offset): "string escape at byte \(offset) is half of a surrogate pair"
        case .duplicateKey(let offset, let key): "member \(JSONValue.string(key)) at byte \(offset) occurs twice"
        }
    }
}
