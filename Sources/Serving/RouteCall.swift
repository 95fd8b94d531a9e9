import HTTP
import JSON
import WireFormats

/// A request on its way through a route.
package struct RouteCall: Sendable {
    let request: HTTPRequest
    let responder: HTTPResponder
    let parameters: [String: String]
    let server: ServerContext
    let dialect: Dialect
    /// Names the request in headers, logs and some dialects' bodies.
    let id: String
    /// Headers of every reply, whatever the route: what pages of other origins need.
    let commonHeaders: HTTPHeaders

    /// How a stream is cut into messages.
    enum Framing: String {
        case lines = "application/x-ndjson"
        case events = "text/event-stream"

        func bytes(_ chunk: StreamChunk) -> [UInt8] { self == .lines ? chunk.line : chunk.serverSentEvent }
    }

    /// The body as JSON.
    func json() async throws -> JSONValue {
        try WireFormats.RequestBody.parse(try await request.body.collect(upTo: server.limits.bodyByteCount))
    }

    /// Headers of every reply.
    func headers(_ contentType: String) -> HTTPHeaders {
        var headers = commonHeaders
        headers.append("Content-Type", contentType)
        headers.append("X-Request-Id", id)
        if dialect == .anthropic { headers.append("request-id", id) }
        return headers
    }

    /// Answers with JSON.
    func reply(_ value: JSONValue, status: HTTPStatus = .ok) async throws {
        try await responder.send(
            HTTPResponse(status, headers: headers("application/json; charset=utf-8"), body: JSONWriter.bytes(value)))
    }

    /// Answers with JSON that is text already.
    func reply(bytes: [UInt8]) async throws {
        try await responder.send(
            HTTPResponse(.ok, headers: headers("application/json; charset=utf-8"), body: bytes))
    }

    /// Answers without a body.
    func reply(status: HTTPStatus) async throws {
        try await responder.send(HTTPResponse(status, headers: headers("text/plain; charset=utf-8")))
    }

    func reply(text: String, contentType: String = "text/plain; charset=utf-8") async throws {
        try await responder.send(
            HTTPResponse(.ok, headers: headers(contentType), body: Array(text.utf8)))
    }

    /// Answers with a stream that begins with the first event: what fails before it still gets a status of its own.
    func stream(
        _ encoder: any ReplyEncoder, _ framing: Framing, _ body: (any ReplySink) async throws -> Void
    ) async throws {
        let sink = StreamSink(self, encoder, framing)
        do {
            try await body(sink)
        } catch {
            guard await sink.hasBegun else { throw error }
            try await sink.send(.failed(WireError(error)), choice: 0)
        }
        try await sink.finish()
    }

    /// Answers whole.
    func collect(_ body: (any ReplySink) async throws -> Void) async throws -> [CollectedReply] {
        let collector = ReplyCollector()
        try await body(collector)
        return await collector.replies
    }

    func head(_ model: String, idPrefix: String = "") -> ReplyHead {
        ReplyHead(
            id: idPrefix.isEmpty ? "" : RandomID.text(idPrefix, length: 24), model: model, created: server.clock())
    }
}

/// Writes a reply's events to a client as they come.
actor StreamSink: ReplySink {
    private let call: RouteCall
    private let framing: RouteCall.Framing
    private var encoder: any ReplyEncoder
    private var writer: HTTPBodyWriter?

    init(_ call: RouteCall, _ encoder: any ReplyEncoder, _ framing: RouteCall.Framing) {
        (self.call, self.encoder, self.framing) = (call, encoder, framing)
    }

    /// Whether the client has seen a status.
    var hasBegun: Bool { writer != nil }

    func send(_ event: ReplyEvent, choice: Int) async throws {
        try await write(encoder.encode(event, choice: choice, at: call.server.clock()))
    }

    func finish() async throws {
        try await write(encoder.finish(at: call.server.clock()))
        try await writer?.finish()
    }

    private func write(_ chunks: [StreamChunk]) async throws {
        guard !chunks.isEmpty else { return }
        if writer == nil {
            var headers = call.headers(framing.rawValue)
            headers.append("Cache-Control", "no-cache")
            writer = try await call.responder.begin(.ok, headers: headers)
        }
        try await writer?.write(chunks.flatMap(framing.bytes))
    }
}
