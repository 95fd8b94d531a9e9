import Foundation
import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

/// Answers with what it was asked: method, path and body.
private let echo: HTTPServer.Handler = { request, responder in
    do throws(HTTPError) {
        let body = try await request.body.collect(upTo: 1 << 20)
        let text = "\(request.method) \(request.path) " + String(decoding: body, as: UTF8.self)
        try await responder.send(HTTPResponse(.ok, text: text))
    } catch {
        try? await responder.send(HTTPResponse(error.status, text: "\(error)"))
    }
}

/// Sends the request's body back, part by part.
private let mirror: HTTPServer.Handler = { request, responder in
    do {
        let reply = try await responder.begin(.ok)
        while let part = try await request.body.next() { try await reply.write(part) }
        try await reply.finish()
    } catch {}
}

@Suite(.timeLimit(.minutes(3))) struct HTTPServerTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func oneConnectionServesManyRequests() async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            for number in 0..<20 {
                try await connection.send("POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                #expect(try await connection.read(upTo: "hi")?.contains("POST /\(number) hi") == true)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInTurn() async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            let requests = (0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            try await connection.send(requests + "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let replies = await connection.readToEnd()
            let paths = replies.matches(of: #/GET \/(\d+) /#).compactMap { Int($0.1) }
            #expect(paths == Array(0..<50))
            #expect(replies.hasSuffix("GET /end "))
        }
    }

    @Test func headHasNoBodyAndKeepsTheLength() async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            try await connection.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let reply = await connection.readToEnd()
            #expect(reply.contains("Content-Length: 7\r\n") && reply.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func continueIsSentWhenTheBodyIsWanted() async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            try await connection.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.read(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send("ok")
            #expect(try await connection.read(upTo: "PUT /x ok")?.hasPrefix("HTTP/1.1 200 OK") == true)
        }
    }

    @Test func continueIsNotSentWhenTheBodyIsRefused() async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            try await connection.send(
                "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n")
            let reply = await connection.readToEnd()
            #expect(reply.hasPrefix("HTTP/1.1 413 ") && reply.contains("Connection: close\r\n"))
        }
    }

    @Test func repliesToOldClientsEndWithTheConnection() async throws {
        try await TestServer.run(handler: mirror) { server in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello")
            let reply = await connection.readToEnd()
            #expect(reply.hasSuffix("\r\n\r\nhello") && !reply.contains("chunked"))
        }
    }

    @Test(arguments: HostileRequest.startLines + HostileRequest.fields)
    func hostileRequestsAreAnsweredAndCut(request: HostileRequest) async throws {
        try await TestServer.run(handler: echo) { server in
            let connection = try await server.connect()
            try await connection.send(request.text)
            let reply = await connection.readToEnd()
            #expect(reply.hasPrefix("HTTP/1.1 \(request.status) ") && reply.contains("Connection: close\r\n"))
        }
    }

    @Test func aRefusedBodyDoesNotDestroyTheReply() async throws {
        try await TestServer.run(handler: echo) { server in
            let request = HTTPClientRequest(
                "POST", try server.url("/"), body: .bytes([UInt8](repeating: 0, count: 8 << 20)))
            let response = try await HTTPClient().send(request)
            #expect(response.status == .contentTooLarge)
            _ = try await response.body.collect(upTo: 1000)
        }
    }

    @Test func aHandlerThatDoesNotAnswerIsCovered() async throws {
        try await TestServer.run(handler: { _, _ in }) { server in
            let connection = try await server.connect()
            try await connection.send(get + get)
            #expect(try await connection.read(upTo: "not answered\n")?.hasPrefix("HTTP/1.1 500 ") == true)
            #expect(try await connection.read(upTo: "not answered\n") != nil)
        }
    }

    @Test func anUnfinishedBodyIsVisiblyCut() async throws {
        try await TestServer.run(handler: { _, responder in
            let reply = try? await responder.begin(.ok)
            try? await reply?.write(Array("half".utf8))
        }) { server in
            let response = try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/")))
            let error = await #expect(throws: HTTPError.self) { try await response.body.collect(upTo: 100) }
            #expect(error == .truncated || error == .peerGone)
        }
    }

    @Test func aSecondAnswerIsRefused() async throws {
        let signal = Signal<HTTPError?>()
        try await TestServer.run(handler: { _, responder in
            try? await responder.send(HTTPResponse(.ok))
            do throws(HTTPError) {
                try await responder.send(HTTPResponse(.ok))
                signal.send(nil)
            } catch {
                signal.send(error)
            }
        }) { server in
            _ = try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/")))
            #expect(try await signal.wait() == .misused("a request is answered once"))
        }
    }

    @Test func twoAddressFamiliesAndUnixSockets() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "http-\(UUID().uuidString).sock")
            .path(percentEncoded: false)
        for endpoint in [HTTPEndpoint.host("127.0.0.1", port: 0), .host("::1", port: 0), .unix(path: path)] {
            var configuration = HTTPServer.Configuration.patient
            configuration.endpoints = [endpoint]
            try await TestServer.run(configuration, handler: echo) { server in
                let response = try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/x")))
                #expect(try await response.body.collect(upTo: 100) == Array("GET /x ".utf8))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func theUnspecifiedAddressTakesBothFamilies() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.endpoints = [try HTTPEndpoint(":0", defaultPort: 1)]
        try await TestServer.run(configuration, handler: echo) { server in
            let port = try #require(server.address.port)
            for host in ["127.0.0.1", "::1"] {
                let url = try HTTPURL(.host(host, port: port), target: "/")
                #expect(try await HTTPClient().send(HTTPClientRequest("GET", url)).status == .ok)
            }
        }
    }

    @Test func localhostIsEveryAddressOfItsName() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.endpoints = [.host("localhost", port: 0)]
        try await TestServer.run(configuration, handler: echo) { server in
            #expect(server.address.ip?.isLoopback == true)
            let url = try server.url("/")
            #expect(try await HTTPClient().send(HTTPClientRequest("GET", url)).status == .ok)
        }
    }

    @Test func unixSocketsAreTheirOwners() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "http-\(UUID().uuidString).sock")
            .path(percentEncoded: false)
        var configuration = HTTPServer.Configuration.patient
        configuration.endpoints = [.unix(path: path)]
        try await TestServer.run(configuration, handler: echo) { _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func addressesOfOtherMachinesAreAnError() throws {
        for host in ["192.0.2.1", "2001:db8::1", "no such host"] {
            var configuration = HTTPServer.Configuration.patient
            configuration.endpoints = [.host(host, port: 0)]
            let error = #expect(throws: HTTPError.self) { try HTTPServer(configuration, handler: echo).start() }
            let text = try #require(error).description
            #expect(text.contains(host))
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        try await TestServer.run(handler: echo) { server in
            var configuration = HTTPServer.Configuration.patient
            configuration.endpoints = [server.endpoint]
            let error = #expect(throws: HTTPError.self) { try HTTPServer(configuration, handler: echo).start() }
            #expect(error.map { "\($0)".contains("127.0.0.1:\(server.address.port ?? 0)") } == true)
        }
    }
}
