/// A whole reply.
package struct HTTPResponse: Equatable, Sendable {
    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(_ status: HTTPStatus, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A reply of plain text.
    package init(_ status: HTTPStatus, text: String) {
        self.init(status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { append(name, value) }
    }
}

/// Turns one reply into bytes: a plain value that knows what was sent and what may follow.
///
/// The writer owns the framing: `Content-Length`, `Transfer-Encoding` and `Connection` given by the caller are left out.
/// No value can begin a header line of its own (`FieldWriter`).
package struct ResponseWriter: Sendable {
    private enum State: Equatable {
        case waiting
        case counted(left: Int)
        case chunked
        case untilClose
        case finished
    }

    private let isHead: Bool
    private let minorVersion: Int
    private var state = State.waiting
    /// Whether the connection has to be closed after the reply. May be set until the reply begins.
    package var closes: Bool

    package init(method: String, minorVersion: Int, keepsAlive: Bool) {
        isHead = method == "HEAD"
        self.minorVersion = minorVersion
        closes = !keepsAlive
    }

    package var hasBegun: Bool { state != .waiting }
    package var isFinished: Bool { state == .finished }

    /// The bytes of a whole reply.
    package mutating func whole(_ response: HTTPResponse, date: String) throws(HTTPError) -> [UInt8] {
        var bytes = try begin(response.status, response.headers, contentLength: response.body.count, date: date)
        if !isHead, !response.status.forbidsBody { bytes += response.body }
        state = .finished
        return bytes
    }

    /// The bytes of a reply's head.
    ///
    /// - Parameter contentLength: the body's length if it is known; else the body goes in chunks, or up to the end of
    ///   the connection for HTTP/1.0.
    package mutating func begin(
        _ status: HTTPStatus, _ headers: HTTPHeaders, contentLength: Int?, date: String
    ) throws(HTTPError) -> [UInt8] {
        guard state == .waiting else { throw .misused("a request is answered once") }
        var lines = "HTTP/1.1 \(status.code) \(status.reason)\r\nDate: \(date)\r\n"
        lines += FieldWriter.lines(
            headers, without: ["content-length", "transfer-encoding", "connection", "date"])
        if status.forbidsBody {
            state = .counted(left: 0)
        } else if let contentLength {
            lines += "Content-Length: \(contentLength)\r\n"
            state = .counted(left: contentLength)
        } else if minorVersion == 1 {
            lines += "Transfer-Encoding: chunked\r\n"
            state = .chunked
        } else {
            closes = true
            state = .untilClose
        }
        if closes {
            lines += "Connection: close\r\n"
        } else if minorVersion == 0 {
            lines += "Connection: keep-alive\r\n"
        }
        return Array((lines + "\r\n").utf8)
    }

    /// The bytes of a part of the body; none for replies that have no body.
    package mutating func write(_ part: [UInt8]) throws(HTTPError) -> [UInt8] {
        switch state {
        case .waiting: throw .misused("a body needs a head")
        case .finished: throw .misused("the body is finished")
        case .counted where isHead: return []
        case .counted(let left):
            guard part.count <= left else { throw .misused("the body is longer than its Content-Length") }
            state = .counted(left: left - part.count)
            return part
        case .untilClose: return isHead ? [] : part
        case .chunked: return isHead ? [] : ChunkWriter.chunk(part)
        }
    }

    /// The bytes that end the reply.
    package mutating func finish() throws(HTTPError) -> [UInt8] {
        defer { state = .finished }
        switch state {
        case .waiting: throw .misused("a body needs a head")
        case .counted(let left) where left > 0 && !isHead:
            throw .misused("the body is shorter than its Content-Length")
        case .chunked where !isHead: return ChunkWriter.end
        default: return []
        }
    }
}
