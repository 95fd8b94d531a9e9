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
/// No value can begin a header line of its own: control characters become spaces, and a field whose name is not a name
/// is left out.
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
        let owned: Set = ["content-length", "transfer-encoding", "connection", "date"]
        for field in headers.fields where !owned.contains(field.name.lowercased()) {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(ASCII.isToken) else { continue }
            lines += "\(field.name): \(Self.safe(field.value))\r\n"
        }
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
        case .chunked:
            // An empty chunk would end the body.
            guard !part.isEmpty, !isHead else { return [] }
            return Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [0x0D, 0x0A]
        }
    }

    /// The bytes that end the reply.
    package mutating func finish() throws(HTTPError) -> [UInt8] {
        defer { state = .finished }
        switch state {
        case .waiting: throw .misused("a body needs a head")
        case .counted(let left) where left > 0 && !isHead:
            throw .misused("the body is shorter than its Content-Length")
        case .chunked where !isHead: return Array("0\r\n\r\n".utf8)
        default: return []
        }
    }

    private static func safe(_ value: String) -> String {
        if value.utf8.allSatisfy(ASCII.isFieldValue) { return value }
        return String(decoding: value.utf8.map { ASCII.isFieldValue($0) ? $0 : ASCII.space }, as: UTF8.self)
    }
}
