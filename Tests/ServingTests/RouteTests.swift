import HTTP
import Serving
import Testing
import WireFormats

@Suite("Routes")
struct RouteTests {
    private let table = [
        Route("GET", "/", .open, .ollama) { _ in },
        Route("GET", "/v1/models", .use, .openAI) { _ in },
        Route("GET", "/v1/models/*model", .use, .openAI) { _ in },
        Route("POST", "/api/blobs/:digest", .manage, .ollama) { _ in },
    ]

    private func match(_ method: String, _ target: String) throws -> String {
        switch RouteMatch(try RequestTarget(target, method: method), method: method, in: table) {
        case .found(let route, let parameters):
            ([route.path] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
        case .wrongMethod(let allowed): "405 \(allowed.joined(separator: ","))"
        case .redirect(let path): "301 \(path)"
        case .unknown: "404"
        }
    }

    @Test(
        "A path leads to its route",
        arguments: [
            ("GET", "/", "/"), ("HEAD", "/", "/"), ("GET", "/v1/models", "/v1/models"),
            ("GET", "/v1/models/hf.co/user/name:tag", "/v1/models/*model model=hf.co/user/name:tag"),
            ("POST", "/api/blobs/sha256:ab", "/api/blobs/:digest digest=sha256:ab"),
            ("GET", "/api/blobs/sha256:ab", "405 POST"), ("GET", "/v1/models/", "301 /v1/models"),
            ("GET", "/v1", "404"), ("GET", "/v1/modelsx", "404"), ("POST", "/api/blobs/a/b", "404"),
        ])
    func matches(_ method: String, _ target: String, _ expected: String) throws {
        #expect(try match(method, target) == expected)
    }

    @Test("No two rows answer the same")
    func rowsDiffer() {
        let names = RouteTable.all.map { "\($0.method) \($0.path)" }
        #expect(Set(names).count == names.count)
    }
}
