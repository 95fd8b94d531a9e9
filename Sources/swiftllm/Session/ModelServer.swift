package import JSON
package import WireFormats

/// The bytes of a request's body.
package enum ServerRequestBody: Sendable {
    case none
    case json(JSONValue)
    /// So many bytes, in chunks.
    case chunks(byteCount: Int, next: @Sendable () async throws -> [UInt8]?)
}

/// A reply whose body comes in chunks, nil at the end.
package struct ServerReply: Sendable {
    package let status: Int
    package let next: @Sendable () async throws -> [UInt8]?

    package init(status: Int, next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.status = status
        self.next = next
    }
}

/// Carries requests to a server.
package protocol ServerTransport: Sendable {
    /// Sends a request and returns as soon as the reply begins. Cancelling the task closes the connection.
    func send(_ method: String, _ path: String, body: ServerRequestBody) async throws -> ServerReply
}

/// What a server answered instead of what was asked for.
package struct ServerError: Error, Equatable, CustomStringConvertible {
    package let kind: WireError.Kind
    package let description: String

    package init(_ error: WireError) {
        kind = error.kind
        description = error.message
    }

    package init(_ kind: WireError.Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// A server with Ollama's interface, seen from a command.
package struct ModelServer: Sendable {
    private let transport: any ServerTransport

    /// Bytes of a reply, and of a line of a stream, at most.
    private static let replyLimit = 1 << 30
    private static let lineLimit = 64 << 20

    package init(_ transport: any ServerTransport) { self.transport = transport }

    // MARK: Answers

    /// Has a conversation continued; every event goes to `receive` in order.
    package func chat(_ request: ChatRequest, receive: @Sendable (ReplyEvent) async throws -> Void) async throws {
        try await answer("/api/chat", OllamaClient.json(request), receive)
    }

    /// Has a prompt answered.
    func generate(_ request: CompletionRequest, receive: @Sendable (ReplyEvent) async throws -> Void) async throws {
        try await answer("/api/generate", OllamaClient.json(request), receive)
    }

    private func answer(
        _ path: String, _ request: JSONValue, _ receive: @Sendable (ReplyEvent) async throws -> Void
    ) async throws {
        var hasEnded = false
        try await lines("POST", path, request) { line in
            for event in try translated({ () throws(WireError) in try OllamaClient.events(line) }) {
                if case .finished = event { hasEnded = true }
                try await receive(event)
            }
        }
        guard hasEnded else { throw ServerError(.internal, "the server ended the answer early") }
    }

    /// Loads a model, or with a `keepAlive` of zero unloads it.
    func load(_ model: String, keepAlive: KeepAlive? = nil, thinking: ThinkingChoice = .unset) async throws {
        var request = CompletionRequest(model: model, prompts: [.text("")], style: ReplyStyle(streams: false))
        request.keepAlive = keepAlive
        request.thinking = thinking
        _ = try await call("POST", "/api/generate", .json(OllamaClient.json(request)))
    }

    /// The whole reply to a request that does not stream, as the server wrote it.
    func reply(to path: String, _ request: JSONValue) async throws -> JSONValue {
        try await call("POST", path, .json(request))
    }

    // MARK: Models

    func tags() async throws -> JSONValue { try await call("GET", "/api/tags") }

    func processes() async throws -> JSONValue { try await call("GET", "/api/ps") }

    func show(_ model: String, isVerbose: Bool = false) async throws -> JSONValue {
        var request = OllamaShow.Request(model: model)
        request.isVerbose = isVerbose
        return try await call("POST", "/api/show", .json(request.json))
    }

    func copy(_ source: String, to destination: String) async throws {
        _ = try await call(
            "POST", "/api/copy", .json(OllamaCopyRequest(source: source, destination: destination).json))
    }

    func delete(_ model: String) async throws {
        _ = try await call("DELETE", "/api/delete", .json(OllamaDeleteRequest(model: model).json))
    }

    /// Runs a request that tells of its progress: create, pull, push.
    func work(_ path: String, _ request: JSONValue, receive: @Sendable (OllamaProgress) async throws -> Void)
        async throws
    {
        var last = ""
        try await lines("POST", path, request) { line in
            let progress = try translated { () throws(WireError) in try OllamaProgress(line) }
            last = progress.status
            try await receive(progress)
        }
        guard last == OllamaProgress.success.status else {
            throw ServerError(.internal, "the server ended early, at '\(last)'")
        }
    }

    // MARK: Blobs

    func hasBlob(_ digest: String) async throws -> Bool {
        let reply = try await transport.send("HEAD", "/api/blobs/\(digest)", body: .none)
        while try await reply.next() != nil {}
        return reply.status == 200
    }

    func sendBlob(_ digest: String, byteCount: Int, next: @escaping @Sendable () async throws -> [UInt8]?) async throws
    {
        _ = try await call("POST", "/api/blobs/\(digest)", .chunks(byteCount: byteCount, next: next))
    }

    // MARK: Exchange

    /// The reply's JSON; null for an empty one.
    private func call(_ method: String, _ path: String, _ body: ServerRequestBody = .none) async throws -> JSONValue {
        let reply = try await transport.send(method, path, body: body)
        var bytes: [UInt8] = []
        while let chunk = try await reply.next() {
            bytes += chunk
            guard bytes.count <= Self.replyLimit else { throw ServerError(.tooLarge, "the server's reply has no end") }
        }
        let json = bytes.isEmpty ? JSONValue.null : try? JSONParser.parse(bytes)
        guard (200..<300).contains(reply.status) else {
            throw ServerError(OllamaClient.error(status: reply.status, body: json))
        }
        guard let json else { throw ServerError(.internal, "\(path): the server's reply is no JSON") }
        return json
    }

    /// Hands over the lines of a stream as they come.
    private func lines(
        _ method: String, _ path: String, _ request: JSONValue, _ receive: (JSONValue) async throws -> Void
    ) async throws {
        let reply = try await transport.send(method, path, body: .json(request))
        var rest: [UInt8] = []
        var body: JSONValue?
        func take(_ line: ArraySlice<UInt8>) async throws {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { return }
            guard let json = try? JSONParser.parse(Array(line)) else {
                throw ServerError(.internal, "\(path): a line of the server's reply is no JSON")
            }
            if reply.status == 200 { try await receive(json) } else { body = json }
        }
        while let chunk = try await reply.next() {
            rest += chunk
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: 0x0A) {
                try await take(rest[start..<end])
                start = end + 1
            }
            rest.removeFirst(start)
            guard rest.count <= Self.lineLimit else { throw ServerError(.tooLarge, "a line of the reply has no end") }
        }
        // An error before the stream is one object without a line end.
        try await take(rest[...])
        if reply.status != 200 { throw ServerError(OllamaClient.error(status: reply.status, body: body)) }
    }
}

/// A result whose error names what a server said.
func translated<Value>(_ body: () throws(WireError) -> Value) throws(ServerError) -> Value {
    do throws(WireError) { return try body() } catch { throw ServerError(error) }
}
