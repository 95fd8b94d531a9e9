import HTTP
import TestSupport
import Testing

/// A request and what the parser makes of it.
struct ValidRequest: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    var body: String = ""
    var path: String = "/"
    var keepsAlive = true

    var testDescription: String { name }
    var bytes: [UInt8] { Array(text.utf8) }

    static let all = [
        ValidRequest(name: "get", text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ValidRequest(name: "no host in 1.0", text: "GET / HTTP/1.0\r\n\r\n", keepsAlive: false),
        ValidRequest(name: "kept in 1.0", text: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),
        ValidRequest(
            name: "close", text: "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", keepsAlive: false),
        ValidRequest(name: "empty host", text: "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        ValidRequest(name: "empty line first", text: "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ValidRequest(name: "head", text: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ValidRequest(name: "own method", text: "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ValidRequest(name: "asterisk", text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", path: "*"),
        ValidRequest(name: "escapes", text: "GET /a%2Fb/%C3%A4?x=1+2 HTTP/1.1\r\nHost: a\r\n\r\n", path: "/a/b/ä"),
        ValidRequest(name: "absolute", text: "GET http://b:80/x HTTP/1.1\r\nHost: a\r\n\r\n", path: "/x"),
        ValidRequest(name: "absolute without path", text: "GET http://b?x HTTP/1.1\r\nHost: a\r\n\r\n"),
        ValidRequest(name: "spaces around values", text: "GET / HTTP/1.1\r\nHost: \t a \t\r\nX: b c\r\n\r\n"),
        ValidRequest(
            name: "length", text: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", body: "hello"),
        ValidRequest(name: "length 0", text: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
        ValidRequest(
            name: "chunks",
            text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
            body: "abc0123456789"),
        ValidRequest(
            name: "trailers",
            text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\n",
            body: "\n"),
        ValidRequest(
            name: "continue", text: "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
            body: "x"),
    ]
}

/// All events that a parser finds in bytes given in pieces.
func events(of pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) throws -> [RequestParser.Event] {
    var parser = RequestParser(limits: limits)
    var events: [RequestParser.Event] = []
    for piece in pieces {
        parser.append(piece)
        while let event = try parser.next() {
            // How a body is cut into parts depends on the pieces.
            if case .body(let part) = event, case .body(let before) = events.last {
                events[events.count - 1] = .body(before + part)
            } else {
                events.append(event)
            }
        }
    }
    return events
}

@Suite struct RequestParserTests {
    @Test(arguments: ValidRequest.all)
    func readsValidRequests(request: ValidRequest) throws {
        let events = try events(of: [request.bytes])
        guard case .head(let head) = try #require(events.first) else {
            Issue.record("no head")
            return
        }
        #expect(head.target.path == request.path)
        #expect(head.keepsAlive == request.keepsAlive)
        let body = events.dropFirst().dropLast()
        #expect(Array(body) == (request.body.isEmpty ? [] : [.body(Array(request.body.utf8))]))
        #expect(events.last == .end)
    }

    @Test(arguments: ValidRequest.all)
    func resultDoesNotDependOnPieces(request: ValidRequest) throws {
        let bytes = request.bytes
        let whole = try events(of: [bytes])
        #expect(try events(of: bytes.map { [$0] }) == whole)
        for split in 0...bytes.count {
            #expect(try events(of: [Array(bytes[..<split]), Array(bytes[split...])]) == whole)
        }
    }

    @Test(arguments: ValidRequest.all)
    func everyPrefixNeedsMore(request: ValidRequest) throws {
        for length in 0..<request.bytes.count {
            let events = try events(of: [Array(request.bytes[..<length])])
            #expect(events.last != .end)
        }
    }

    @Test func pipelinedRequestsComeInTurn() throws {
        let all = ValidRequest.all.flatMap(\.bytes)
        let expected = try ValidRequest.all.flatMap { try events(of: [$0.bytes]) }
        #expect(try events(of: [all]) == expected)
        #expect(try events(of: all.map { [$0] }) == expected)
    }

    @Test func targetIsTakenApart() throws {
        let target = try RequestTarget("/v1/models/lib%2Fx%20y?a=1+2&b&c=%26%3d&a=2", method: "GET")
        #expect(target.segments == ["v1", "models", "lib/x y"])
        #expect(target.query.map(\.name) == ["a", "b", "c", "a"])
        #expect(target.query.map(\.value) == ["1 2", "", "&=", "2"])
        #expect(target.query("a") == "1 2")
        #expect(try RequestTarget("HTTP://Host:1/x", method: "GET").authority == "Host:1")
    }

    @Test func absoluteFormReplacesHost() throws {
        let events = try events(of: [Array("GET http://b:80/x HTTP/1.1\r\nHost: a\r\n\r\n".utf8)])
        guard case .head(let head) = events.first else {
            Issue.record("no head")
            return
        }
        #expect(head.headers.values("host") == ["b:80"])
    }

    /// Flips, cuts and repeats bytes of valid requests: whatever comes out, nothing traps, and what is accepted is
    /// accepted in the same way byte by byte.
    @Test func mutatedRequestsNeverTrap() throws {
        var random = SeededGenerator(seed: 0x48545450)
        let interesting: [UInt8] = [0, 9, 10, 13, 32, 37, 48, 58, 59, 127, 128, 255]
        for _ in 0..<6000 {
            var bytes = ValidRequest.all.randomElement(using: &random)?.bytes ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<max(1, bytes.count), using: &random)
                guard at < bytes.count else { continue }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[at] = interesting.randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: at)
                default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 9)], at: at)
                }
            }
            let whole = Result { try events(of: [bytes]) }
            let single = Result { try events(of: bytes.map { [$0] }) }
            #expect((try? whole.get()) == (try? single.get()), "\(bytes)")
        }
    }
}
