import HTTP
import Platform
import Synchronization
import Testing

@Suite struct ProxyRulesTests {
    private static let environment = [
        "HTTP_PROXY": "proxy.example:3128", "https_proxy": "http://us%40er:pa:ss@[::1]:8080", "HTTPS_PROXY": "ignored",
        "NO_PROXY": "inside.example, .dots.example,10.1.0.0/16,port.example:81,fd00::/8,*.star.example",
    ]

    @Test(arguments: [
        ("http://registry.example/v2/", true), ("https://registry.example/v2/", true),
        ("http://inside.example/", false), ("http://a.inside.example/", false), ("http://notinside.example/", true),
        ("http://dots.example/", false), ("http://a.dots.example/", false), ("http://a.star.example/", false),
        ("http://10.1.2.3/", false), ("http://10.2.2.3/", true), ("http://[fd12::1]/", false),
        ("http://[fe80::1]/", true), ("http://port.example:81/", false), ("http://port.example/", true),
        ("http://localhost:5000/", false), ("http://127.0.0.1/", false), ("https://[::1]/", false),
    ])
    func theRightOnesGoThrough(url: String, isProxied: Bool) throws {
        let rules = ProxyRules(environment: Self.environment)
        #expect(try (rules.proxy(for: HTTPURL(url)) != nil) == isProxied)
    }

    @Test func nothingSetMeansNoProxy() throws {
        #expect(try ProxyRules(environment: ["HTTP_PROXY": ""]).proxy(for: HTTPURL("http://a.example")) == nil)
        let none = ProxyRules(environment: ["ALL_PROXY": "p:1", "no_proxy": "*"])
        #expect(try none.proxy(for: HTTPURL("http://a.example")) == nil)
    }

    @Test(arguments: ["http://", "a b", "http://user@", "host:99999"])
    func proxiesThatAreNoneAreTold(text: String) throws {
        let rules = ProxyRules(environment: ["HTTP_PROXY": text])
        #expect(throws: HTTPError.self) { try rules.proxy(for: HTTPURL("http://a.example")) }
    }

    /// A proxy is told the whole URL, and who asks; it need not be able to find the host itself.
    @Test func aProxyIsAskedForTheWholeURL() async throws {
        let seen = Mutex<[String]>([])
        try await TestServer.run(handler: { request, responder in
            seen.withLock { seen in
                seen.append("\(request.target.raw) \(request.headers["Host"] ?? "")")
                seen.append(request.headers["Proxy-Authorization"] ?? "")
            }
            try? await responder.send(HTTPResponse(.ok, text: "by proxy"))
        }) { server in
            var configuration = HTTPClient.Configuration()
            configuration.proxies = ProxyRules(environment: ["http_proxy": "http://u:p@\(server.address)"])
            let url = try HTTPURL("http://registry.invalid:5000/v2/?a=b")
            let response = try await HTTPClient(configuration).send(HTTPClientRequest("GET", url))
            let text = String(decoding: try await response.body.collect(upTo: 100), as: UTF8.self)
            #expect(text == "by proxy")
        }
        #expect(seen.withLock { $0 } == ["http://registry.invalid:5000/v2/?a=b registry.invalid:5000", "Basic dTpw"])
    }

    @Test(arguments: [
        ("", "", "Basic Og=="), ("a", "", "Basic YTo="),
        ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
    ])
    func credentialsAreWritten(user: String, password: String, header: String) {
        #expect(BasicCredentials(user: user, password: password).header == header)
    }
}

/// What can be shown of TLS without a server that speaks it; `fixtures/checks/registry.py` has one.
@Suite(.timeLimit(.minutes(3))) struct SecureConnectionTests {
    @Test func aMachineWithoutLibcurlIsTold() throws {
        #expect(CurlLibrary(names: ["libnothing.so.9"]) == nil)
        #expect {
            try SecureSession.connect(SecureSession.Options(authority: "a.example"), library: nil)
        } throws: { "\($0)".contains("install it") }
    }

    @Test(.enabled(if: CurlLibrary.shared != nil)) func aServerWithoutEncryptionIsNotTakenForOneWithIt() async throws {
        try await TestServer.run(handler: { _, responder in try? await responder.send(HTTPResponse(.ok, text: "")) }) {
            server in
            let url = try HTTPURL("https://\(server.address)/")
            await #expect {
                _ = try await HTTPClient().send(HTTPClientRequest("GET", url))
            } throws: { error in
                if case HTTPError.cannotConnect = error { true } else { false }
            }
        }
    }

    @Test(.enabled(if: CurlLibrary.shared != nil)) func nobodyThereIsTold() async throws {
        await #expect {
            _ = try await HTTPClient().send(HTTPClientRequest("GET", HTTPURL("https://127.0.0.1:1/")))
        } throws: { "\($0)".contains("cannot connect to 127.0.0.1:1") }
    }
}
