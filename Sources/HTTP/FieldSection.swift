/// Reads header fields line by line, for heads and for the trailers of chunked bodies.
struct FieldSection: Sendable {
    private(set) var headers = HTTPHeaders()
    private var byteCount = 0
    private let limits: HTTPLimits

    init(limits: HTTPLimits) { self.limits = limits }

    /// Reads lines from the buffer; true once the empty line came that ends the section.
    mutating func read(from buffer: inout InputBuffer) throws(HTTPError) -> Bool {
        while true {
            let rest = limits.headerBytes - byteCount
            guard let line = try buffer.line(limit: rest, tooLong: .headersTooLarge) else { return false }
            if line.isEmpty { return true }
            byteCount += line.count + 2
            guard headers.fields.count < limits.headerCount, byteCount <= limits.headerBytes else {
                throw .malformed(.headersTooLarge, "the header fields are too many or too long")
            }
            try append(line)
        }
    }

    private mutating func append(_ line: ArraySlice<UInt8>) throws(HTTPError) {
        if let first = line.first, ASCII.isBlank(first) {
            throw .malformed(.badRequest, "a header line begins with a space")
        }
        guard let colon = line.firstIndex(of: 0x3A) else {
            throw .malformed(.badRequest, "a header line has no colon")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(ASCII.isToken) else {
            throw .malformed(.badRequest, "a header name has a character that is not allowed")
        }
        var value = line[(colon + 1)...]
        while let first = value.first, ASCII.isBlank(first) { value.removeFirst() }
        while let last = value.last, ASCII.isBlank(last) { value.removeLast() }
        guard value.allSatisfy(ASCII.isFieldValue) else {
            throw .malformed(.badRequest, "a header value has a character that is not allowed")
        }
        headers.append(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}

/// How large the parts of a message may be.
package struct HTTPLimits: Equatable, Sendable {
    /// Bytes of the first line; more is answered with 414.
    package var startLineBytes = 8 * 1024
    /// Bytes of all header fields; more is answered with 431.
    package var headerBytes = 64 * 1024
    /// Number of header fields; more is answered with 431.
    package var headerCount = 100
    /// Bytes of a body, decoded; more is answered with 413. Routes have smaller limits of their own.
    package var bodyBytes = 1 << 40
    /// Bytes of all chunk extensions of a body.
    package var chunkExtensionBytes = 4 * 1024

    package init() {}
}
