import HTTP
import TestSupport
import Testing

/// A request that must be refused, and with which status.
struct HostileRequest: CustomTestStringConvertible, Sendable {
    let name: String
    let status: Int
    let text: String

    var testDescription: String { name }

    /// A request with one header line besides `Host`, which ends with a line break.
    private static func field(_ name: String, _ status: Int, _ line: String, body: String = "") -> HostileRequest {
        HostileRequest(name: name, status: status, text: "POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n\(body)")
    }

    private static func line(_ name: String, _ status: Int, _ line: String) -> HostileRequest {
        HostileRequest(name: name, status: status, text: "\(line)\r\nHost: a\r\n\r\n")
    }

    private static func chunks(_ name: String, _ body: String, status: Int = 400) -> HostileRequest {
        field(name, status, "Transfer-Encoding: chunked", body: body)
    }

    static let startLines = [
        line("no target", 400, "GET HTTP/1.1"),
        line("two spaces", 400, "GET  / HTTP/1.1"),
        line("space at the start", 400, " GET / HTTP/1.1"),
        line("space at the end", 400, "GET / HTTP/1.1 "),
        line("tab", 400, "GET\t/ HTTP/1.1"),
        line("method with colon", 400, "GE:T / HTTP/1.1"),
        line("long method", 400, String(repeating: "A", count: 33) + " / HTTP/1.1"),
        line("0.9", 400, "GET /"),
        line("2.0", 505, "GET / HTTP/2.0"),
        line("1.2", 505, "GET / HTTP/1.2"),
        line("small letters", 400, "GET / http/1.1"),
        line("version with more digits", 400, "GET / HTTP/1.10"),
        line("connect", 501, "CONNECT a:1 HTTP/1.1"),
        line("relative", 400, "GET a HTTP/1.1"),
        line("asterisk in a get", 400, "GET * HTTP/1.1"),
        line("other scheme", 400, "GET ftp://a/ HTTP/1.1"),
        line("empty host", 400, "GET http:///x HTTP/1.1"),
        line("user in the host", 400, "GET http://u@h/x HTTP/1.1"),
        line("two hosts in the target", 400, "GET http://a,b/x HTTP/1.1"),
        line("fragment", 400, "GET /#a HTTP/1.1"),
        line("raw umlaut", 400, "GET /ä HTTP/1.1"),
        line("nul", 400, "GET /a\0b HTTP/1.1"),
        line("escaped nul", 400, "GET /a%00b HTTP/1.1"),
        line("escaped line break", 400, "GET /a%0D%0Ab HTTP/1.1"),
        line("half an escape", 400, "GET /a%2 HTTP/1.1"),
        line("no escape", 400, "GET /a%zz HTTP/1.1"),
        line("escape in the query", 400, "GET /a?b=% HTTP/1.1"),
        line("not UTF-8", 400, "GET /%ff HTTP/1.1"),
        line("overlong slash", 400, "GET /%c0%af HTTP/1.1"),
        line("surrogate", 400, "GET /%ed%a0%80 HTTP/1.1"),
        line("dots", 400, "GET /a/../b HTTP/1.1"),
        line("escaped dots", 400, "GET /a/%2e%2E/b HTTP/1.1"),
        line("dot", 400, "GET /./b HTTP/1.1"),
        line("long target", 414, "GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1"),
        HostileRequest(name: "endless target", status: 414, text: "GET /" + String(repeating: "a", count: 9000)),
        HostileRequest(name: "two empty lines", status: 400, text: "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        HostileRequest(name: "line feeds", status: 400, text: "GET / HTTP/1.1\nHost: a\n\n"),
        HostileRequest(name: "carriage return", status: 400, text: "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        HostileRequest(name: "TLS", status: 400, text: "\u{16}\u{03}\u{01}\u{02}\n"),
    ]

    static let fields = [
        HostileRequest(name: "no host", status: 400, text: "GET / HTTP/1.1\r\n\r\n"),
        field("two hosts", 400, "Host: a"),
        HostileRequest(name: "host with a path", status: 400, text: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        HostileRequest(name: "two hosts in one", status: 400, text: "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        HostileRequest(name: "folded first line", status: 400, text: "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        field("folded line", 400, "X: a\r\n b"),
        field("space before the colon", 400, "X : a"),
        field("no colon", 400, "X"),
        field("no name", 400, ": a"),
        field("name with a space", 400, "X Y: a"),
        field("name with an umlaut", 400, "Ä: a"),
        field("nul in a value", 400, "X: a\0b"),
        field("carriage return in a value", 400, "X: a\rb"),
        field("escape in a value", 400, "X: \u{1B}[0m"),
        field("delete in a value", 400, "X: \u{7F}"),
        HostileRequest(name: "bare line feed", status: 400, text: "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        HostileRequest(name: "bare last line feed", status: 400, text: "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        field("many headers", 431, (0..<100).map { "X\($0): y" }.joined(separator: "\r\n")),
        field("long header", 431, "X: " + String(repeating: "a", count: 70_000)),
        field("endless header", 431, "X: " + String(repeating: "a", count: 70_000) + String(repeating: "b", count: 9)),
        field(
            "long headers", 431,
            (0..<90).map { "X\($0): " + String(repeating: "y", count: 999) }.joined(separator: "\r\n")),
        field("expects something else", 417, "Expect: 200-ok"),
        field("both lengths", 400, "Content-Length: 3\r\nTransfer-Encoding: chunked"),
        field("both lengths, other order", 400, "Transfer-Encoding: chunked\r\nContent-Length: 3"),
        field("two lengths", 400, "Content-Length: 3\r\nContent-Length: 4"),
        field("the same length twice", 400, "Content-Length: 3\r\nContent-Length: 3"),
        field("a list of lengths", 400, "Content-Length: 3, 3"),
        field("negative length", 400, "Content-Length: -1"),
        field("length with a plus", 400, "Content-Length: +1"),
        field("hexadecimal length", 400, "Content-Length: 0x10"),
        field("empty length", 400, "Content-Length:"),
        field("length with a space", 400, "Content-Length: 1 2"),
        field("overflowing length", 400, "Content-Length: 99999999999999999999"),
        field("huge length", 413, "Content-Length: 999999999999999999"),
        field("unknown coding", 501, "Transfer-Encoding: gzip"),
        field("coding before chunked", 501, "Transfer-Encoding: gzip, chunked"),
        field("identity", 501, "Transfer-Encoding: identity"),
        field("chunked twice", 400, "Transfer-Encoding: chunked, chunked"),
        field("chunked in two lines", 400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        field("almost chunked", 501, "Transfer-Encoding: xchunked"),
        field("vertical tab before chunked", 400, "Transfer-Encoding: \u{0B}chunked"),
        field("empty coding", 501, "Transfer-Encoding:"),
        HostileRequest(
            name: "chunked in 1.0", status: 400, text: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ]

    static let bodies = [
        chunks("no size", "\r\n"),
        chunks("not a size", "xyz\r\n"),
        chunks("negative size", "-1\r\n"),
        chunks("prefixed size", "0x1\r\na\r\n"),
        chunks("space before the size", " 1\r\na\r\n"),
        chunks("space after the size", "1 \r\na\r\n"),
        chunks("overflowing size", "FFFFFFFFFFFFFFFFF\r\n"),
        chunks("huge size", "FFFFFFFFFFFFFFF\r\n", status: 413),
        chunks("huge sum", "1\r\na\r\nFFFFFFFFFFFFFFF\r\n", status: 413),
        chunks("long chunk", "1\r\nab\r\n0\r\n\r\n"),
        chunks("short chunk", "3\r\na\r\n0\r\n\r\n"),
        chunks("line feed after the size", "1\na\r\n0\r\n\r\n"),
        chunks("line feed after the chunk", "1\r\na\n0\r\n\r\n"),
        chunks("control character in an extension", "1;\u{0B}\r\na\r\n"),
        chunks("carriage return in an extension", "1;a\rb\r\na\r\n"),
        chunks("long extension", "1;" + String(repeating: "x", count: 300)),
        chunks(
            "many extensions", String(repeating: "1;" + String(repeating: "x", count: 200) + "\r\na\r\n", count: 30)),
        chunks("bad trailer", "0\r\nX y: z\r\n\r\n"),
        chunks("long trailers", "0\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n", status: 431),
    ]
}

@Suite struct HostileRequestTests {
    @Test(arguments: HostileRequest.startLines + HostileRequest.fields + HostileRequest.bodies)
    func isRefusedWithItsStatus(request: HostileRequest) {
        for pieces in [[Array(request.text.utf8)], Array(request.text.utf8).map { [$0] }] {
            let error = #expect(throws: HTTPError.self) { try events(of: pieces) }
            #expect(error?.status.code == request.status, "\(error?.description ?? "")")
        }
    }

    @Test func everyControlCharacterIsRefused() {
        for byte in (UInt8(0)..<32) + [127] where byte != 9 && byte != 13 && byte != 10 {
            for place in 0..<3 {
                var parts = ["GET /", " HTTP/1.1\r\nHost: a\r\nX", ": y", "\r\n\r\n"].map { Array($0.utf8) }
                parts[place].append(byte)
                let error = #expect(throws: HTTPError.self) { try events(of: [parts.flatMap { $0 }]) }
                #expect(error?.status == .badRequest)
            }
        }
    }

    @Test func smallLimitsHold() {
        var limits = HTTPLimits()
        limits.bodyBytes = 4
        for body in ["Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n"] {
            let text = "POST / HTTP/1.1\r\nHost: a\r\n" + body
            let error = #expect(throws: HTTPError.self) { try events(of: [Array(text.utf8)], limits: limits) }
            #expect(error?.status == .contentTooLarge)
        }
    }

    @Test func afterAnErrorNothingIsRead() throws {
        var parser = RequestParser()
        parser.append(Array("bad\r\n".utf8))
        #expect(throws: HTTPError.self) { try parser.next() }
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(throws: HTTPError.self) { try parser.next() }
    }
}
