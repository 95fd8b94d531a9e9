import Foundation
import HTTP
import Platform
import TestSupport
import Testing

@Suite struct ResponseWriterTests {
    private let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    private func writer(_ method: String = "GET", minorVersion: Int = 1, keepsAlive: Bool = true) -> ResponseWriter {
        ResponseWriter(method: method, minorVersion: minorVersion, keepsAlive: keepsAlive)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func wholeReplies() throws {
        var writer = writer()
        let bytes = try writer.whole(HTTPResponse(.ok, headers: ["A": "b"], body: [0x68, 0x69]), date: date)
        #expect(text(bytes) == "HTTP/1.1 200 OK\r\nDate: \(date)\r\nA: b\r\nContent-Length: 2\r\n\r\nhi")
        #expect(writer.isFinished)
    }

    @Test func statusesWithoutBody() throws {
        for status in [HTTPStatus.noContent, .notModified] {
            var writer = writer()
            let reply = text(try writer.whole(HTTPResponse(status, body: [1]), date: date))
            #expect(reply.hasSuffix("\r\n\r\n") && !reply.contains("Content-Length"))
        }
    }

    @Test func chunks() throws {
        var writer = writer(keepsAlive: false)
        let head = text(try writer.begin(.ok, [:], contentLength: nil, date: date))
        #expect(head.contains("Transfer-Encoding: chunked\r\nConnection: close\r\n"))
        #expect(text(try writer.write(Array("0123456789abcdef".utf8))) == "10\r\n0123456789abcdef\r\n")
        #expect(try writer.write([]) == [])
        #expect(text(try writer.finish()) == "0\r\n\r\n")
        #expect(throws: HTTPError.self) { try writer.write([1]) }
    }

    @Test func announcedLengthsAreKept() throws {
        var long = writer()
        _ = try long.begin(.ok, [:], contentLength: 2, date: date)
        #expect(throws: HTTPError.self) { try long.write([1, 2, 3]) }
        _ = try long.write([1])
        #expect(throws: HTTPError.self) { try long.finish() }
    }

    @Test func repliesToHeadSendNoBody() throws {
        var writer = writer("HEAD")
        #expect(text(try writer.begin(.ok, [:], contentLength: 5, date: date)).contains("Content-Length: 5\r\n"))
        #expect(try writer.write([1]) == [])
        #expect(try writer.finish() == [])
    }

    @Test func oldClientsAreTold() throws {
        var kept = writer(minorVersion: 0)
        #expect(text(try kept.whole(HTTPResponse(.ok), date: date)).contains("Connection: keep-alive\r\n"))
        var streamed = writer(minorVersion: 0)
        #expect(text(try streamed.begin(.ok, [:], contentLength: nil, date: date)).contains("Connection: close\r\n"))
        #expect(streamed.closes)
        #expect(text(try streamed.write(Array("x".utf8))) == "x")
    }

    /// Whatever a value or a name holds, the head has the lines that it should have and no other.
    @Test func headersCannotBeInjected() throws {
        var random = SeededGenerator(seed: 7)
        let pieces = ["\r\n", "\n", "\r", "Evil: 1", "\0", ":", " ", "x", "ä", "\u{2028}", "\u{7F}"]
        for _ in 0..<2000 {
            let value = (0..<4).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            var writer = writer()
            let bytes = try writer.begin(.ok, ["X": value, value: "y"], contentLength: 0, date: date)
            let lines = text(bytes).split(separator: #/\r\n|\n|\r/#)
            #expect(lines.count <= 5 && !lines.contains { $0.hasPrefix("Evil") })
            var parser = ResponseParser(method: "GET")
            parser.append(bytes)
            guard case .head(let head) = try parser.next() else {
                Issue.record("no head")
                continue
            }
            #expect(head.headers.values("Content-Length") == ["0"])
        }
    }

    @Test func framingIsNotTheCallers() throws {
        var writer = writer()
        let headers: HTTPHeaders = [
            "content-length": "9", "Transfer-Encoding": "gzip", "CONNECTION": "close", "date": "x",
        ]
        let reply = text(try writer.whole(HTTPResponse(.ok, headers: headers), date: date))
        #expect(reply == "HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func datesAreThoseOfFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        #expect(HTTPDate.text(secondsSinceEpoch: 784_111_777) == date)
        for day in stride(from: 0, to: 80_000, by: 29) {
            let seconds = day * 86_400 + day % 86_400
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(HTTPDate.text(secondsSinceEpoch: seconds) == expected)
            #expect(HTTPDate.secondsSinceEpoch(expected) == seconds)
        }
    }
}

@Suite struct FramingTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func events() {
        #expect(text(EventStream.event("[DONE]")) == "data: [DONE]\n\n")
        #expect(text(EventStream.event("a\nb\r\nc\rd")) == "data: a\ndata: b\ndata: c\ndata: d\n\n")
        #expect(text(EventStream.event("", name: "x\ny")) == "event: xy\ndata: \n\n")
        #expect(text(EventStream.comment("ping")) == ": ping\n\n")
    }

    @Test func documentsAreLines() {
        #expect(text(NDJSON.line("{\"a\":\r\n1}".utf8)) == "{\"a\":  1}\n")
    }

    @Test func linesDoNotDependOnPieces() throws {
        let bytes = Array("a\nbc\r\n\n\ndef".utf8)
        for size in 1...bytes.count {
            var reader = LineReader(limit: 3)
            var lines: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                reader.append(Array(bytes[start..<min(start + size, bytes.count)]))
                while let line = try reader.next() { lines.append(text(line)) }
            }
            if let last = try reader.finish() { lines.append(text(last)) }
            #expect(lines == ["a", "bc", "def"])
        }
    }

    @Test func longLinesAreRefused() {
        for bytes in [Array("abcd\n".utf8), Array("abcde".utf8)] {
            var reader = LineReader(limit: 3)
            reader.append(bytes)
            #expect(throws: HTTPError.bodyTooLarge(limit: 3)) { try reader.next() }
        }
    }
}

@Suite struct TimeAndCountTests {
    @Test func deadlinesComeInOrder() {
        var random = SeededGenerator(seed: 3)
        let start = ContinuousClock.now
        var queue = DeadlineQueue()
        let offsets = (0..<500).map { _ in Int.random(in: 0..<1000, using: &random) }
        for (token, offset) in offsets.enumerated() {
            queue.insert(start + .milliseconds(offset), token: UInt64(token))
        }
        var found: [Int] = []
        for now in stride(from: 0, through: 1000, by: 10) {
            while let (_, token) = queue.popExpired(at: start + .milliseconds(now)) {
                #expect(offsets[Int(token)] <= now)
                found.append(offsets[Int(token)])
            }
        }
        #expect(found == offsets.sorted())
        #expect(queue.next == nil)
    }

    @Test func onlyWaitingCountsForTheRate() {
        var pace = RateGuard(time: .seconds(10), bytes: 100)
        let now = ContinuousClock.now
        pace.received(50, after: .seconds(4))
        #expect(pace.deadline(from: now) == now + .seconds(6))
        pace.received(50, after: .seconds(5))
        #expect(pace.deadline(from: now) == now + .seconds(10))
    }

    @Test func connectionsAreCountedPerPeer() throws {
        var census = ConnectionCensus()
        let four = try #require(IPAddress("192.0.2.1"))
        let six = try #require(IPAddress("2001:db8::1"))
        let neighbour = try #require(IPAddress("2001:db8::2"))
        let peers: [IPAddress?] = [four, four, six, neighbour, nil, nil]
        var isAdmitted = peers.map { census.admit($0, total: 3, perPeer: 1) }
        #expect(isAdmitted == [true, false, true, false, true, false])
        census.leave(six)
        isAdmitted = [census.admit(neighbour, total: 3, perPeer: 1)]
        #expect(isAdmitted == [true])
        #expect(census.count == 3)
    }
}
