/// The head of a request: everything before its body.
package struct RequestHead: Equatable, Sendable {
    package let method: String
    package let target: RequestTarget
    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    package let minorVersion: Int
    package let headers: HTTPHeaders
    /// Whether the client wants to hear `100 Continue` before it sends the body.
    package let expectsContinue: Bool

    /// Whether the client would use the connection for another request.
    package var keepsAlive: Bool {
        let options = headers.tokens("Connection")
        if options.contains("close") { return false }
        return minorVersion == 1 || options.contains("keep-alive")
    }
}

/// Reads requests from bytes: a plain value without any input or output, fed in pieces of any size.
///
/// Strict where laxness lets two programs disagree on where a request ends (RFC 9112, section 11): one line ending, one
/// length, no folded lines, no unknown transfer codings. After an error the connection cannot be used any more.
package struct RequestParser: Sendable {
    package enum Event: Equatable, Sendable {
        case head(RequestHead)
        case body([UInt8])
        case end
    }

    private enum State {
        case startLine(isAfterEmptyLine: Bool)
        case fields(StartLine, FieldSection)
        case body(BodyDecoder)
        case failed(HTTPError)
    }

    private struct StartLine {
        let method: String
        let target: RequestTarget
        let minorVersion: Int
    }

    private var state = State.startLine(isAfterEmptyLine: false)
    private var buffer = InputBuffer()
    private let limits: HTTPLimits

    package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether nothing of a next request came yet: the connection may end here.
    package var isBetweenRequests: Bool {
        if case .startLine = state { buffer.isEmpty } else { false }
    }

    /// Bytes of the present body that are still to come, if its length was announced; 0 between requests.
    package var bodyBytesLeft: Int? {
        switch state {
        case .body(let decoder): decoder.bytesLeft
        default: 0
        }
    }

    package mutating func append(_ bytes: [UInt8]) { buffer.append(bytes) }

    /// The next event, nil if more bytes are needed.
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
            case .startLine(let isAfterEmptyLine):
                guard let line = try buffer.line(limit: limits.startLineBytes, tooLong: .targetTooLong) else {
                    return nil
                }
                if line.isEmpty, !isAfterEmptyLine {
                    // Some clients end a body with an extra line break (RFC 9112, section 2.2).
                    state = .startLine(isAfterEmptyLine: true)
                } else {
                    state = .fields(try Self.startLine(line), FieldSection(limits: limits))
                }
            case .fields(let start, var section):
                let isComplete = try section.read(from: &buffer)
                guard isComplete else {
                    state = .fields(start, section)
                    return nil
                }
                let (head, framing) = try Self.head(start, section.headers, limits)
                state = .body(BodyDecoder(framing, limits: limits))
                return .head(head)
            case .body(var decoder):
                state = .startLine(isAfterEmptyLine: false)
                let step = try decoder.next(from: &buffer)
                if step == .end { return .end }
                state = .body(decoder)
                guard case .bytes(let bytes) = step else { return nil }
                return .body(bytes)
            }
        }
    }

    // MARK: The start line

    private static func startLine(_ line: ArraySlice<UInt8>) throws(HTTPError) -> StartLine {
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw .malformed(.badRequest, "the first line is not a method, a target and a version")
        }
        guard (1...32).contains(parts[0].count), parts[0].allSatisfy(ASCII.isToken) else {
            throw .malformed(.badRequest, "the method has a character that is not allowed")
        }
        let minorVersion = try minorVersion(parts[2])
        let method = String(decoding: parts[0], as: UTF8.self)
        guard method != "CONNECT" else { throw .malformed(.notImplemented, "this server is no proxy") }
        let target = try RequestTarget(String(decoding: parts[1], as: UTF8.self), method: method)
        return StartLine(method: method, target: target, minorVersion: minorVersion)
    }

    private static func minorVersion(_ text: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        let version = Array(text)
        if version == Array("HTTP/1.1".utf8) { return 1 }
        if version == Array("HTTP/1.0".utf8) { return 0 }
        let isVersion =
            version.count == 8 && version.starts(with: Array("HTTP/".utf8)) && version[6] == 0x2E
            && [version[5], version[7]].allSatisfy { (0x30...0x39).contains($0) }
        guard isVersion else { throw .malformed(.badRequest, "the first line does not end with a version") }
        throw .malformed(.versionNotSupported, "only HTTP/1.0 and HTTP/1.1 are supported")
    }

    // MARK: What the header fields mean

    private static func head(
        _ start: StartLine, _ headers: HTTPHeaders, _ limits: HTTPLimits
    ) throws(HTTPError) -> (RequestHead, BodyDecoder.Framing) {
        let hosts = headers.values("Host")
        guard hosts.count <= 1, hosts.count == 1 || start.minorVersion == 0 else {
            throw .malformed(.badRequest, "a request has exactly one Host")
        }
        let names = hosts + [start.target.authority].compactMap { $0 }
        let areNamesValid = names.joined().utf8.allSatisfy {
            ASCII.isVisible($0) && ![0x2C, 0x2F, 0x3F, 0x23, 0x40, 0x5C].contains($0)
        }
        guard areNamesValid else { throw .malformed(.badRequest, "the Host has a character that is not allowed") }
        var headers = headers
        if let authority = start.target.authority { headers.set("Host", authority) }

        let framing = try framing(headers, minorVersion: start.minorVersion)
        if case .length(let count) = framing, count > limits.bodyBytes {
            throw .malformed(.contentTooLarge, "the body is too large")
        }
        let expectations = headers.tokens("Expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw .malformed(.expectationFailed, "only 100-continue can be expected")
        }
        let head = RequestHead(
            method: start.method, target: start.target, minorVersion: start.minorVersion, headers: headers,
            expectsContinue: !expectations.isEmpty && start.minorVersion == 1 && framing != .none)
        return (head, framing)
    }

    private static func framing(_ headers: HTTPHeaders, minorVersion: Int) throws(HTTPError) -> BodyDecoder.Framing {
        let lengths = headers.values("Content-Length")
        let codings = headers.tokens("Transfer-Encoding")
        if !codings.isEmpty {
            guard lengths.isEmpty, minorVersion == 1 else {
                throw .malformed(.badRequest, "Transfer-Encoding stands beside Content-Length or in HTTP/1.0")
            }
            guard codings.allSatisfy({ $0 == "chunked" }) else {
                throw .malformed(.notImplemented, "the only transfer coding is chunked")
            }
            guard codings.count == 1 else { throw .malformed(.badRequest, "a body is chunked once") }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1, let count = ASCII.decimal(length.utf8) else {
            throw .malformed(.badRequest, "Content-Length is not one number")
        }
        return count == 0 ? .none : .length(count)
    }
}
