import Foundation
import Platform
import Testing

@Suite struct SocketTests {
    #if os(Linux)
        static let pollers = ["epoll", "poll"]
    #else
        static let pollers = ["poll"]
    #endif

    private func poller(_ name: String) throws -> any Poller { name == "poll" ? PollPoller() : try makePoller() }

    /// What a poller tells about one token, waiting for at most 20 seconds until it is what is expected.
    private func wait(_ poller: any Poller, token: UInt64, for expected: Readiness) -> Bool {
        var events: [PollEvent] = []
        for _ in 0..<1000 {
            poller.wait(.milliseconds(20), into: &events)
            if events.contains(where: { $0.token == token && $0.readiness.isSuperset(of: expected) }) { return true }
        }
        return false
    }

    @Test(arguments: pollers)
    func pollersTellWhatIsReady(name: String) throws {
        let poller = try poller(name)
        let listening = try Socket.listening(on: .internet(.v4(0x7F00_0001), port: 0))
        try poller.add(listening, token: 1, interest: .readable)
        var events: [PollEvent] = []
        poller.wait(.milliseconds(1), into: &events)
        #expect(events.isEmpty)

        let address = listening.localAddress
        let client = try Socket.connecting(to: try #require(address))
        try poller.add(client, token: 2, interest: .writable)
        #expect(wait(poller, token: 1, for: .readable))
        #expect(wait(poller, token: 2, for: .writable))
        let failure = client.connectionFailure
        #expect(failure == nil)
        guard let accepted = try listening.accept() else {
            Issue.record("no connection")
            return
        }
        let (seen, own, hasMore) = (accepted.peer, client.localAddress, try listening.accept() != nil)
        #expect(seen == own && !hasMore)

        poller.change(client, token: 2, interest: [.readable, .peerFinished])
        let sent = accepted.send([1, 2, 3], from: 1)
        #expect(sent == .moved(2))
        #expect(wait(poller, token: 2, for: .readable))
        var buffer = [UInt8](repeating: 0, count: 8)
        let outcomes = [client.receive(into: &buffer), client.receive(into: &buffer)]
        #expect(outcomes == [.moved(2), .wouldBlock])
        #expect(buffer.prefix(2) == [2, 3])

        accepted.finishSending()
        #if os(Linux)
            #expect(wait(poller, token: 2, for: .peerFinished))
        #endif
        #expect(wait(poller, token: 2, for: .readable))
        let end = client.receive(into: &buffer)
        #expect(end == .ended)
        poller.remove(client, token: 2)
        poller.wait(.milliseconds(1), into: &events)
        #expect(!events.contains { $0.token == 2 })
    }

    @Test(arguments: pollers)
    func aWakerEndsAWait(name: String) throws {
        let poller = try poller(name)
        let waker = try Waker()
        try poller.add(waker, token: 9)
        waker.wake()
        waker.wake()
        #expect(wait(poller, token: 9, for: .readable))
        waker.reset()
        var events: [PollEvent] = []
        poller.wait(.milliseconds(1), into: &events)
        #expect(events.isEmpty)
    }

    @Test func aClosedPortRefuses() throws {
        var address: SocketAddress?
        do {
            let listening = try Socket.listening(on: .internet(.v4(0x7F00_0001), port: 0))
            address = listening.localAddress
        }
        let poller = try makePoller()
        let client = try? Socket.connecting(to: try #require(address))
        guard let client else { return }
        try poller.add(client, token: 1, interest: .writable)
        #expect(wait(poller, token: 1, for: .brokenOff))
        let failure = client.connectionFailure
        #expect(failure != nil)
    }

    @Test func unixSocketsReplaceStaleFilesOnly() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        defer { Socket.removeFile(at: path) }
        do { _ = try Socket.listening(on: .unix(path: path)) }
        #expect(FileManager.default.fileExists(atPath: path))
        let second = try Socket.listening(on: .unix(path: path))
        let address = second.localAddress
        #expect(address == .unix(path: path))
        #expect(throws: SocketError.self) { _ = try Socket.listening(on: .unix(path: path)) }
        #expect(throws: SocketError.self) {
            _ = try Socket.listening(on: .unix(path: String(repeating: "x", count: 200)))
        }
    }

    @Test func addressesAreReadAndWritten() throws {
        for text in ["127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "::", "2001:db8::ff00:42:8329"] {
            #expect(try #require(IPAddress(text)).description == text)
        }
        for text in ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4 ", "::1%lo", "[::1]", "localhost", ":::"] {
            #expect(IPAddress(text) == nil, "\(text)")
        }
        #expect(IPAddress("::ffff:10.0.0.1") == IPAddress("10.0.0.1"))
        #expect(IPAddress("10.0.0.1") == .v4(0x0A00_0001))
        #expect(SocketAddress.internet(try #require(IPAddress("::1")), port: 80).description == "[::1]:80")
    }

    @Test func addressesAreClassified() throws {
        func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
        for text in ["127.0.0.1", "127.255.255.255", "::1"] { #expect(try ip(text).isLoopback) }
        for text in ["128.0.0.1", "126.255.255.255", "::2"] { #expect(try !ip(text).isLoopback) }
        for text in ["10.0.0.0", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"] {
            #expect(try ip(text).isPrivate)
        }
        for text in ["11.0.0.0", "172.15.0.1", "172.32.0.1", "192.169.0.1", "fe80::1", "2001:db8::1"] {
            #expect(try !ip(text).isPrivate)
        }
        #expect(try ip("0.0.0.0").isUnspecified && ip("::").isUnspecified && !ip("::1").isUnspecified)
        #expect(try ip("2001:db8:1:2::1").peerKey == ip("2001:db8:1:2:ffff::9").peerKey)
        #expect(try ip("2001:db8:1:2::1").peerKey != ip("2001:db8:1:3::1").peerKey)
    }

    @Test func namesAreResolved() throws {
        let addresses = try SocketAddress.resolve(host: "localhost", port: 5)
        #expect(addresses.allSatisfy { $0.ip?.isLoopback == true && $0.port == 5 } && !addresses.isEmpty)
        #expect(throws: SocketError.self) { try SocketAddress.resolve(host: "no such host", port: 1) }
    }
}
