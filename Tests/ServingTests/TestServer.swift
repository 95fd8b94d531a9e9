import ChatTemplates
import HTTP
import Inference
import JSON
import ModelStorage
import Platform
import Serving
import Testing
import WireFormats

/// What a server answered.
struct Reply {
    let status: Int
    let text: String

    /// The lines of a stream, or the one body.
    var values: [JSONValue] { text.split(separator: "\n").compactMap { try? JSONParser.parse(String($0)) } }
}

/// Runs a server with the bundled model on a port of its own, and a body with a function that asks it over a socket.
func withServer(
    store: ModelStore = ModelStore(root: "/nowhere"),
    _ body: (_ ask: @escaping @Sendable (String, String, JSONValue?) async throws -> Reply) async throws -> Void
) async throws {
    var limits = ModelManager.Limits()
    limits.load.contextLength = 512
    let manager = ModelManager(gang: ThreadGang(threadCount: 1), limits: limits)
    let metrics = ServingMetrics()
    let catalog = ModelCatalog(store: store, built: FileTime(seconds: 0))
    let answers = AnswerService(manager: manager, catalog: catalog, metrics: metrics) {
        LocalTime(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, microsecond: 0)
    }
    let context = ServerContext(
        answers: answers, metrics: metrics, version: "0.32.7", clock: { Timestamp(seconds: 1_700_000_000) })
    let hosts = HostPolicy(listening: .unix(path: "/nowhere"), hostName: "", localAddresses: [])
    let router = Router(context, origins: CORSPolicy(), hosts: hosts)
    let server = HTTPServer(HTTPServer.Configuration()) { await router.answer($0, $1) }
    let address = try #require(try server.start().first)
    try await body { method, path, json in
        var request = HTTPClientRequest(method, try HTTPURL("http://\(address)\(path)"))
        if let json { request.body = .bytes(JSONWriter.bytes(json)) }
        let response = try await HTTPClient().send(request)
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return Reply(status: response.status.code, text: String(decoding: bytes, as: UTF8.self))
    }
    await server.shutDown(grace: .seconds(5))
    await manager.shutDown()
}
