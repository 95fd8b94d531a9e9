import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct HTTPClientTests {
    /// Sends the request's body back, part by part.
    private let mirror: HTTPServer.Handler = { request, responder in
        do {
            let reply = try await responder.begin(.ok)
            while let part = try await request.body.next() { try await reply.write(part) }
            try await reply.finish()
        } catch {}
    }

    /// Bytes that tell their place.
    private static func part(_ number: Int) -> [UInt8] {
        (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    }

    @Test(arguments: [nil, 100 * 50_000])
    func bodiesAreStreamedBothWays(count: Int?) async throws {
        try await TestServer.run(handler: mirror) { server in
            let next = Mutex(0)
            let body = HTTPClientRequest.Body.stream(count: count) { () throws(HTTPError) in
                next.withLock { number in
                    guard number < 100 else { return nil }
                    defer { number += 1 }
                    return Self.part(number)
                }
            }
            let response = try await HTTPClient().send(HTTPClientRequest("POST", try server.url("/"), body: body))
            #expect(response.headers["transfer-encoding"] == "chunked")
            let received = try await response.body.collect(upTo: 10 << 20)
            #expect(received == (0..<100).flatMap(Self.part))
        }
    }

    @Test func aBodyThatFailsIsNotTakenForTheWhole() async throws {
        let hasBegun = Signal<Void>()
        let outcome = Signal<HTTPError?>()
        try await TestServer.run(handler: { request, _ in
            hasBegun.send(())
            do throws(HTTPError) {
                _ = try await request.body.collect(upTo: 1000)
                outcome.send(nil)
            } catch {
                outcome.send(error)
            }
        }) { server in
            let body = HTTPClientRequest.Body.stream(count: nil) { () async throws(HTTPError) in
                try? await hasBegun.wait()
                throw .cancelled
            }
            _ = try? await HTTPClient().send(HTTPClientRequest("POST", try server.url("/"), body: body))
            let error = try await outcome.wait()
            #expect(error == .truncated || error == .peerGone)
        }
    }

    @Test func aTooLargeReplyIsRefused() async throws {
        try await TestServer.run(handler: { _, responder in
            try? await responder.send(HTTPResponse(.ok, text: "0123456789"))
        }) { server in
            let response = try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/")))
            await #expect(throws: HTTPError.bodyTooLarge(limit: 9)) { try await response.body.collect(upTo: 9) }
        }
    }

    @Test func aCancelledRequestEndsAtBothEnds() async throws {
        let hasBegun = Signal<Void>()
        let wasCancelled = Signal<Void>()
        try await TestServer.run(handler: { _, _ in
            hasBegun.send(())
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            wasCancelled.send(())
        }) { server in
            let url = try server.url("/")
            let task = Task { () -> HTTPError? in
                do throws(HTTPError) {
                    _ = try await HTTPClient().send(HTTPClientRequest("GET", url))
                    return nil
                } catch {
                    return error
                }
            }
            try await hasBegun.wait()
            task.cancel()
            #expect(await task.value == .cancelled)
            try await wasCancelled.wait()
        }
    }

    @Test func aReplyThatIsDroppedClosesTheConnection() async throws {
        let wasCancelled = Signal<Void>()
        try await TestServer.run(handler: { _, responder in
            _ = try? await responder.begin(.ok)
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            wasCancelled.send(())
        }) { server in
            #expect(try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/"))).status == .ok)
            try await wasCancelled.wait()
        }
    }

    @Test func waitingHasAnEnd() async throws {
        try await TestServer.run(handler: { request, responder in
            if request.path == "/body" { _ = try? await responder.begin(.ok) }
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
        }) { server in
            var configuration = HTTPClient.Configuration()
            configuration.headTime = .milliseconds(100)
            let client = HTTPClient(configuration)
            let head = HTTPClientRequest("GET", try server.url("/"))
            await #expect(throws: HTTPError.timedOut(.head)) { try await client.send(head) }

            configuration.headTime = nil
            configuration.bodyTime = .milliseconds(100)
            let response = try await HTTPClient(configuration).send(HTTPClientRequest("GET", try server.url("/body")))
            await #expect(throws: HTTPError.timedOut(.body)) { try await response.body.next() }
        }
    }

    @Test func nobodyListens() async throws {
        var address: SocketAddress?
        try await TestServer.run(handler: mirror) { address = $0.address }
        let port = try #require(address?.port)
        for endpoint in [HTTPEndpoint.host("127.0.0.1", port: port), .unix(path: "/nowhere/at/all")] {
            let request = HTTPClientRequest("GET", try HTTPURL(endpoint, target: "/"))
            let error = await #expect(throws: HTTPError.self) { try await HTTPClient().send(request) }
            guard case .cannotConnect = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func namesAreLookedUp() async throws {
        try await TestServer.run(handler: mirror) { server in
            let url = try HTTPURL("http://localhost:\(server.address.port ?? 0)/")
            #expect(try await HTTPClient().send(HTTPClientRequest("GET", url)).status == .ok)
        }
    }

    @Test func headersCannotBeInjected() async throws {
        let seen = Signal<HTTPHeaders>()
        try await TestServer.run(handler: { request, responder in
            seen.send(request.headers)
            try? await responder.send(HTTPResponse(.ok))
        }) { server in
            let request = HTTPClientRequest(
                "GET", try server.url("/"), headers: ["X": "a\r\nEvil: 1", "Bad Name": "x", "": "y", "Host": "other"])
            _ = try await HTTPClient().send(request)
            let headers = try await seen.wait()
            #expect(headers["X"] == "a  Evil: 1")
            #expect(headers.fields.count == 3)
        }
    }

    @Test func urlsAreTakenApart() throws {
        let url = try HTTPURL("HTTP://[::1]:8080/a?b=c#d")
        #expect(url.endpoint == .host("::1", port: 8080))
        #expect(url.target == "/a?b=c" && url.authority == "[::1]:8080")
        #expect(try HTTPURL("https://a?x").target == "/?x")
        #expect(try HTTPURL("https://a").endpoint == .host("a", port: 443))
        #expect(try HTTPURL("http://a:1/b").with(target: "/c").description == "http://a:1/c")
        for text in [
            "", "a", "ftp://a", "http://", "http:///x", "http://a b/", "http://a:b", "http://u@a/", "http://a/\r\n",
        ] {
            #expect(throws: HTTPError.self, "\(text)") { try HTTPURL(text) }
        }
    }
}

@Suite struct ResponseParserTests {
    private func events(_ text: String, method: String = "GET", pieces: Int = .max) throws -> [ResponseParser.Event] {
        var parser = ResponseParser(method: method)
        var events: [ResponseParser.Event] = []
        var bytes = Array(text.utf8)[...]
        while true {
            while let event = try parser.next() {
                if case .body(let part) = event, case .body(let before) = events.last {
                    events[events.count - 1] = .body(before + part)
                } else {
                    events.append(event)
                }
                if event == .end { return events }
            }
            if bytes.isEmpty {
                try parser.connectionEnded()
            } else {
                parser.append(Array(bytes.prefix(pieces)))
                bytes = bytes.dropFirst(pieces)
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhirest", "hi"),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi"),
        ("HTTP/1.0 200 Fine by me\r\n\r\nup to the end", "up to the end"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
    ])
    func readsReplies(text: String, body: String) throws {
        for pieces in [1, 3, .max] {
            let events = try events(text, pieces: pieces)
            #expect(events.dropFirst() == [.body(Array(body.utf8)), .end])
        }
    }

    @Test func someRepliesHaveNoBody() throws {
        #expect(try events("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", method: "HEAD").count == 2)
        #expect(try events("HTTP/1.1 204 No Content\r\n\r\n").count == 2)
        #expect(try events("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").count == 2)
    }

    @Test(arguments: [
        "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 No\r\n\r\n", "200 OK\r\n\r\n", "\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\nX: y\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n", "",
    ])
    func refusesOthers(text: String) {
        #expect(throws: HTTPError.self) { try events(text) }
        #expect(throws: HTTPError.self) { try events(text, pieces: 1) }
    }
}
