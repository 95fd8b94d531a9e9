/// The head of a reply: everything before its body.
package struct ResponseHead: Equatable, Sendable {
    package let status: HTTPStatus
    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    package let minorVersion: Int
    package let headers: HTTPHeaders
}

/// Reads the reply to one request from bytes: a plain value, as strict as `RequestParser`.
package struct ResponseParser: Sendable {
    package enum Event: Equatable, Sendable {
        case head(ResponseHead)
        case body([UInt8])
        case end
    }

    private enum State {
        case statusLine
        case fields(HTTPStatus, minorVersion: Int, FieldSection)
        case body(BodyDecoder)
        case ended
        case failed(HTTPError)
    }

    private var state = State.statusLine
    private var buffer = InputBuffer()
    private let isHead: Bool
    private let limits: HTTPLimits

    /// - Parameter method: of the request: a reply to `HEAD` has no body whatever it says.
    package init(method: String, limits: HTTPLimits = HTTPLimits()) {
        isHead = method == "HEAD"
        self.limits = limits
    }

    package mutating func append(_ bytes: [UInt8]) { buffer.append(bytes) }

    /// Tells that the connection has ended.
    ///
    /// - Throws: `truncated` if more had to come.
    package mutating func connectionEnded() throws(HTTPError) {
        switch state {
        case .ended: return
        case .body(let decoder) where decoder.mayEndWithConnection: state = .ended
        case .failed(let error): throw error
        default: throw .truncated
        }
    }

    /// Bytes of the body that are still to come, if the length was announced.
    package var bodyBytesLeft: Int? {
        switch state {
        case .body(let decoder): decoder.bytesLeft
        default: 0
        }
    }

    /// The next event, nil if more bytes are needed. Interim replies (`100 Continue`) are left out.
    ///
    /// - Throws: `malformed`, then and at every later call.
    package mutating func next() throws(HTTPError) -> Event? {
        do throws(HTTPError) {
            return try advance()
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTPError) -> Event? {
        while true {
            switch state {
            case .failed(let error): throw error
            case .ended: return .end
            case .statusLine:
                guard let line = try buffer.line(limit: limits.startLineBytes, tooLong: .badGateway) else { return nil }
                let (status, minorVersion) = try Self.statusLine(line)
                state = .fields(status, minorVersion: minorVersion, FieldSection(limits: limits))
            case .fields(let status, let minorVersion, var section):
                guard try section.read(from: &buffer) else {
                    state = .fields(status, minorVersion: minorVersion, section)
                    return nil
                }
                guard status.code >= 200 else {
                    guard status.code != 101 else { throw .malformed(.badGateway, "the server changes the protocol") }
                    state = .statusLine
                    continue
                }
                let head = ResponseHead(status: status, minorVersion: minorVersion, headers: section.headers)
                state = .body(BodyDecoder(try framing(head), limits: limits))
                return .head(head)
            case .body(var decoder):
                let step = try decoder.next(from: &buffer)
                state = step == .end ? .ended : .body(decoder)
                guard case .bytes(let bytes) = step else { return step == .end ? .end : nil }
                return .body(bytes)
            }
        }
    }

    /// `HTTP/1.1 200 OK`; the words may be empty.
    private static func statusLine(_ line: ArraySlice<UInt8>) throws(HTTPError) -> (HTTPStatus, minorVersion: Int) {
        let parts = line.split(separator: ASCII.space, maxSplits: 2, omittingEmptySubsequences: false)
        let versions = ["HTTP/1.0", "HTTP/1.1"].map { Array($0.utf8) }
        guard parts.count >= 2, let minorVersion = versions.firstIndex(of: Array(parts[0])), parts[1].count == 3,
            let code = ASCII.decimal(parts[1]), code >= 100, line.allSatisfy(ASCII.isFieldValue)
        else { throw .malformed(.badGateway, "the reply does not begin with a status line of HTTP/1") }
        return (HTTPStatus(code), minorVersion)
    }

    private func framing(_ head: ResponseHead) throws(HTTPError) -> BodyDecoder.Framing {
        if isHead || head.status.forbidsBody { return .none }
        let lengths = head.headers.values("Content-Length")
        let codings = head.headers.tokens("Transfer-Encoding")
        if !codings.isEmpty {
            guard codings == ["chunked"], lengths.isEmpty else {
                throw .malformed(.badGateway, "the reply has an unknown transfer coding or two lengths")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .untilClose }
        guard lengths.count == 1, let count = ASCII.decimal(length.utf8), count <= limits.bodyBytes else {
            throw .malformed(.badGateway, "the reply's Content-Length is not one number")
        }
        return .length(count)
    }
}
