import HTTP
import Platform
import Testing

private func head(_ method: String = "GET", origin: String? = nil, host: String = "127.0.0.1:11434") throws
    -> RequestHead
{
    let field = origin.map { "Origin: \($0)\r\n" } ?? ""
    var parser = RequestParser()
    parser.append(Array("\(method) /api/tags HTTP/1.1\r\nHost: \(host)\r\n\(field)\r\n".utf8))
    guard case .head(let head) = try #require(try parser.next()) else { throw HTTPError.truncated }
    return head
}

@Suite struct CORSPolicyTests {
    @Test(arguments: [
        "http://localhost", "https://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://0.0.0.0:1",
        "HTTP://LOCALHOST:80", "app://obsidian.md", "file://", "tauri://localhost", "vscode-webview://abc",
        "vscode-file://vscode-app", "chrome-extension://abcdef", "moz-extension://abc",
    ])
    func defaultsAreAllowed(origin: String) throws {
        let expected: HTTPHeaders = ["Access-Control-Allow-Origin": origin, "Vary": "Origin"]
        #expect(CORSPolicy().decide(try head(origin: origin)) == .allowed(expected))
    }

    @Test(arguments: [
        "http://example.org", "null", "http://localhost.example.org", "http://localhost:80.example.org",
        "http://localhost:", "ftp://localhost", "http://127.0.0.1.example.org", "http://evil.org/http://localhost",
        "x-chrome-extension://a",
    ])
    func othersAreNot(origin: String) throws {
        for method in ["GET", "POST", "OPTIONS"] {
            #expect(CORSPolicy().decide(try head(method, origin: origin)) == .answered(HTTPResponse(.forbidden)))
        }
    }

    @Test func requestsOfTheSameOriginNeedNothing() throws {
        #expect(CORSPolicy().decide(try head()) == .sameOrigin)
        #expect(CORSPolicy().decide(try head(origin: "http://10.0.0.1:1", host: "10.0.0.1:1")) == .sameOrigin)
        #expect(CORSPolicy().decide(try head(origin: "https://ai.example", host: "ai.example")) == .sameOrigin)
    }

    @Test(arguments: [
        ("http://192.168.0.*", "http://192.168.0.7", true), ("https://*.example.org", "https://a.b.example.org", true),
        ("https://*.example.org", "https://example.org", false),
        ("https://*.example.org", "http://a.example.org", false),
        ("http://ai.local:*", "http://ai.local:99", true), ("http://ai.local:*", "http://ai.local", false),
        ("http://exact", "http://exact", true), ("http://exact", "http://exact2", false),
    ])
    func patternsHaveOneStar(pattern: String, origin: String, isAllowed: Bool) throws {
        let decision = CORSPolicy(origins: [pattern]).decide(try head(origin: origin))
        #expect((decision != .answered(HTTPResponse(.forbidden))) == isAllowed)
    }

    @Test func aStarAloneAllowsAll() throws {
        let decision = CORSPolicy(origins: ["*"]).decide(try head(origin: "null"))
        #expect(decision == .allowed(["Access-Control-Allow-Origin": "*"]))
    }

    @Test func preflightListsWhatMayBeSent() throws {
        let decision = CORSPolicy().decide(try head("OPTIONS", origin: "http://localhost:3000"))
        guard case .answered(let response) = decision else {
            Issue.record("not answered")
            return
        }
        #expect(response.status == .noContent && response.body.isEmpty)
        #expect(response.headers["Access-Control-Allow-Origin"] == "http://localhost:3000")
        #expect(response.headers["Access-Control-Max-Age"] == "43200")
        let methods = response.headers.tokens("Access-Control-Allow-Methods")
        #expect(methods == ["get", "post", "put", "patch", "delete", "head", "options"])
        let names = Set(response.headers.tokens("Access-Control-Allow-Headers"))
        #expect(names.isSuperset(of: ["authorization", "content-type", "x-stainless-os", "x-stainless-retry-count"]))
        #expect(names.count == 18)
    }
}

@Suite struct HostPolicyTests {
    private func policy(_ ip: String) -> HostPolicy {
        HostPolicy(
            listening: .internet(IPAddress(ip) ?? .v4(0), port: 11434), hostName: "Box",
            localAddresses: [IPAddress("203.0.113.5")].compactMap { $0 })
    }

    @Test(arguments: [
        "", "localhost", "LOCALHOST:11434", "box", "Box:80", "a.localhost", "nas.local", "x.internal:1", "127.0.0.1",
        "127.9.9.9:1", "[::1]:11434", "::1", "10.1.2.3", "192.168.1.1:80", "172.31.0.1", "[fd00::1]", "0.0.0.0:1",
        "203.0.113.5:11434",
    ])
    func ownNamesAreAllowed(host: String) {
        #expect(policy("127.0.0.1").allows(host))
        #expect(policy("::1").allows(host))
    }

    @Test(arguments: [
        "example.org", "example.org:11434", "localhost.example.org", "notlocal", "evilbox", "8.8.8.8", "172.32.0.1",
        "203.0.113.6", "[2001:db8::1]", "127.0.0.1.example.org", "local", "localhost.",
    ])
    func othersAreNot(host: String) throws {
        #expect(!policy("127.0.0.1").allows(host))
        #expect(policy("127.0.0.1").answer(to: try head(host: host)) == HTTPResponse(.forbidden))
    }

    @Test func onlyLoopbackIsGuarded() throws {
        #expect(policy("0.0.0.0").allows("example.org"))
        #expect(policy("192.168.1.5").answer(to: try head(host: "example.org")) == nil)
        let unix = HostPolicy(listening: .unix(path: "/x"), hostName: "", localAddresses: [])
        #expect(unix.allows("example.org"))
    }

    @Test func optionsEndHere() throws {
        #expect(policy("127.0.0.1").answer(to: try head("OPTIONS")) == HTTPResponse(.noContent))
        #expect(policy("127.0.0.1").answer(to: try head("GET")) == nil)
    }

    @Test func theMachineKnowsItself() {
        #expect(NetworkFacts.interfaceAddresses.contains { $0.isLoopback })
        #expect(!NetworkFacts.hostName.isEmpty)
    }
}
