import Foundation
import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

/// What slow, absent and numerous clients may do.
@Suite(.timeLimit(.minutes(3))) struct HTTPServerLimitTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private let ok: HTTPServer.Handler = { _, responder in
        try? await responder.send(HTTPResponse(.ok, text: "ok"))
    }

    @Test func aSlowReaderIsCut() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.stream.stallTime = .milliseconds(200)
        configuration.stream.outputBytes = 16 * 1024
        configuration.stream.systemSendBytes = 16 * 1024
        let signal = Signal<(HTTPError, Int, Bool)>()
        try await TestServer.run(
            configuration,
            handler: { _, responder in
                var written = 0
                do throws(HTTPError) {
                    let reply = try await responder.begin(.ok)
                    while true {
                        try await reply.write([UInt8](repeating: 0, count: 64 * 1024))
                        written += 64 * 1024
                    }
                } catch {
                    signal.send((error, written, Task.isCancelled))
                }
            }
        ) { server in
            let connection = try await server.connect()
            try await connection.send(get)
            let (error, written, isCancelled) = try await signal.wait()
            #expect(error == .timedOut(.reader))
            #expect(isCancelled)
            // Nothing but the system's buffers and ours took bytes.
            #expect(written < 64 << 20)
        }
    }

    @Test func aReaderThatKeepsUpIsNotCut() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.stream.outputBytes = 16 * 1024
        try await TestServer.run(
            configuration,
            handler: { _, responder in
                let reply = try? await responder.begin(.ok, contentLength: 4 << 20)
                for _ in 0..<64 { try? await reply?.write([UInt8](repeating: 7, count: 64 * 1024)) }
                try? await reply?.finish()
            }
        ) { server in
            let response = try await HTTPClient().send(HTTPClientRequest("GET", try server.url("/")))
            #expect(try await response.body.collect(upTo: 4 << 20).count == 4 << 20)
        }
    }

    @Test func aClientThatLeavesCancelsAHandlerThatOnlyComputes() async throws {
        let hasBegun = Signal<Void>()
        let wasCancelled = Signal<Bool>()
        try await TestServer.run(handler: { _, _ in
            hasBegun.send(())
            let end = ContinuousClock.now + .seconds(30)
            while !Task.isCancelled, .now < end { await Task.yield() }
            wasCancelled.send(Task.isCancelled)
        }) { server in
            let connection = try await server.connect()
            try await connection.send(get)
            try await hasBegun.wait()
            connection.stream.close()
            #expect(try await wasCancelled.wait())
        }
    }

    /// Input that nobody reads stops the reading; that the client left must be seen all the same.
    @Test func aClientThatLeavesBehindUnreadInputIsNoticed() async throws {
        let hasBegun = Signal<Void>()
        let wasCancelled = Signal<Bool>()
        try await TestServer.run(handler: { _, _ in
            hasBegun.send(())
            let end = ContinuousClock.now + .seconds(30)
            while !Task.isCancelled, .now < end { try? await Task.sleep(for: .milliseconds(5)) }
            wasCancelled.send(Task.isCancelled)
        }) { server in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
            try await hasBegun.wait()
            try await connection.stream.write([UInt8](repeating: 0, count: 150_000))
            connection.stream.close()
            #expect(try await wasCancelled.wait())
        }
    }

    @Test func aHeadThatDoesNotComeIsAnsweredWith408() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.headTime = .milliseconds(100)
        try await TestServer.run(configuration, handler: ok) { server in
            // On a busy machine the first byte itself may come too late, which is answered with silence.
            var reply = ""
            for _ in 0..<50 where reply.isEmpty {
                let connection = try await server.connect()
                try? await connection.send("GET / HT")
                reply = await connection.readToEnd()
            }
            #expect(reply.hasPrefix("HTTP/1.1 408 "))
            let silent = try await server.connect()
            #expect(await silent.readToEnd() == "")
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.idleTime = .milliseconds(100)
        try await TestServer.run(configuration, handler: ok) { server in
            let connection = try await server.connect()
            try await connection.send(get)
            #expect(await connection.readToEnd().hasSuffix("\r\n\r\nok"))
        }
    }

    @Test func aSlowBodyTimesOut() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.bodyTime = .milliseconds(100)
        try await TestServer.run(
            configuration,
            handler: { request, responder in
                do throws(HTTPError) {
                    _ = try await request.body.collect(upTo: 1000)
                } catch {
                    try? await responder.send(HTTPResponse(error.status, text: "\(error)"))
                }
            }
        ) { server in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
            #expect(await connection.readToEnd().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func oneConnectionTooManyHearsWhy() async throws {
        var configuration = HTTPServer.Configuration.patient
        configuration.connectionCount = 2
        try await TestServer.run(configuration, handler: ok) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            try await first.send(get)
            try await second.send(get)
            _ = try await first.read(upTo: "ok")
            _ = try await second.read(upTo: "ok")
            let third = try await server.connect()
            #expect(await third.readToEnd().hasPrefix("HTTP/1.1 503 "))
            first.stream.close()
            // The place is free once the server has seen the end.
            for _ in 0..<1000 {
                let next = try await server.connect()
                try await next.send(get)
                if try await next.read(upTo: "ok")?.hasPrefix("HTTP/1.1 200 ") == true { return }
                try await Task.sleep(for: .milliseconds(5))
            }
            Issue.record("the place of a closed connection stays taken")
        }
    }

    /// The threads that this process has; nil where the system does not tell.
    private func threadCount() -> Int? {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return status?.firstMatch(of: #/Threads:\s+(\d+)/#).flatMap { Int($0.1) }
    }

    @Test func idleConnectionsCostNoThreads() async throws {
        guard NetworkFacts.raiseOpenFileLimit() >= 4096 else { return }
        try await TestServer.run(handler: ok) { server in
            let first = try await server.connect()
            try await first.send(get)
            _ = try await first.read(upTo: "ok")
            let before = threadCount() ?? 0
            var idle: [RawConnection] = []
            for _ in 0..<1000 { idle.append(try await server.connect()) }
            try await first.send(get)
            _ = try await first.read(upTo: "ok")
            // Other tests run at the same time and may start a few.
            #expect(threadCount() ?? 0 < before + 100)
            try await idle[500].send(get)
            #expect(try await idle[500].read(upTo: "ok") != nil)
        }
    }

    @Test func shuttingDownFinishesWhatIsInFlight() async throws {
        let hasBegun = Signal<Void>()
        let mayEnd = Signal<Void>()
        let server = HTTPServer(.patient) { request, responder in
            if request.path == "/slow" {
                hasBegun.send(())
                try? await mayEnd.wait()
            }
            try? await responder.send(HTTPResponse(.ok, text: "done"))
        }
        let address = try #require(try server.start().first)
        let test = TestServer(server: server, address: address)
        let kept = try await test.connect()
        try await kept.send(get)
        _ = try await kept.read(upTo: "done")
        let slow = try await test.connect()
        try await slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        try await hasBegun.wait()

        let shutDown = Task { await server.shutDown(grace: .seconds(30)) }
        // New connections are refused once it has begun.
        for _ in 0..<1000 {
            guard let probe = try? await test.connect() else { break }
            probe.stream.close()
            try await Task.sleep(for: .milliseconds(5))
        }
        try await kept.send(get)
        let refused = await kept.readToEnd()
        #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Connection: close\r\n"))
        mayEnd.send(())
        #expect(await slow.readToEnd().hasSuffix("\r\n\r\ndone"))
        await shutDown.value
    }

    @Test func shuttingDownDoesNotWaitForEver() async throws {
        let hasBegun = Signal<Void>()
        let wasCancelled = Signal<Void>()
        let server = HTTPServer(.patient) { _, _ in
            hasBegun.send(())
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            wasCancelled.send(())
        }
        let address = try #require(try server.start().first)
        let test = TestServer(server: server, address: address)
        let connection = try await test.connect()
        try await connection.send(get)
        try await hasBegun.wait()
        await server.shutDown(grace: .milliseconds(50))
        try await wasCancelled.wait()
    }
}
