/// A client of HTTP/1.1: one connection per request, bodies streamed both ways. Redirects are the caller's business.
///
/// Connections are plain sockets for `http`, and TLS that the system's libcurl speaks for `https`: HTTP itself is the same
/// code over both.
package struct HTTPClient: Sendable {
    /// Makes a connection for a URL.
    package typealias Connect = @Sendable (HTTPURL) async throws(HTTPError) -> any ByteTransport

    package struct Configuration: Sendable {
        /// How long connecting may take.
        package var connectTime: Duration = .seconds(10)
        /// How long the reply's head may take, counted from the request's first byte; nil waits for ever, as a model may
        /// be loading.
        package var headTime: Duration?
        /// How long each part of the reply's body may take.
        package var bodyTime: Duration?
        package var limits = HTTPLimits()
        /// Which requests go through a proxy.
        package var proxies = ProxyRules()
        /// Whom to believe behind `https`.
        package var trust = HTTPTrust()

        package init() {}
    }

    private let configuration: Configuration
    private let connect: Connect

    /// A client over sockets.
    package init(_ configuration: Configuration = Configuration()) {
        let connector = SocketConnector()
        self.init(configuration) { url throws(HTTPError) in
            let proxy = try configuration.proxies.proxy(for: url)
            if url.scheme == "https" {
                return try await connector.connectSecurely(
                    to: url.authority, trust: configuration.trust, proxy: proxy, within: configuration.connectTime)
            }
            return try await connector.connect(
                to: try proxy?.plainEndpoint ?? url.endpoint, within: configuration.connectTime)
        }
    }

    /// A client over connections of the caller's making.
    package init(_ configuration: Configuration, connect: @escaping Connect) {
        self.configuration = configuration
        self.connect = connect
    }

    /// Sends a request and waits for the reply's head.
    ///
    /// The connection lasts as long as the reply is held. A task that is cancelled closes it.
    ///
    /// - Throws: `cannotConnect`, `timedOut`, `peerGone`, `truncated`, `malformed`, `cancelled`.
    package func send(_ request: HTTPClientRequest) async throws(HTTPError) -> HTTPClientResponse {
        let transport = try await connect(request.url)
        let body = ResponseBody(transport, method: request.method, configuration: configuration)
        // A server may answer before it has read all of a request, and close: both ways go on at the same time, and
        // what became of the request the reading finds out.
        let proxy = request.url.scheme == "http" ? try configuration.proxies.proxy(for: request.url) : nil
        let upload = Task {
            guard (try? await transport.write(request.headBytes(through: proxy))) != nil else { return }
            await request.body.send(to: transport)
        }
        await body.cancelWhenDone(upload)
        let head = try await body.head()
        return HTTPClientResponse(status: head.status, headers: head.headers, body: body)
    }
}

/// A request to send.
package struct HTTPClientRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Parts as `next` gives them until nil, in chunks unless the count is known.
        case stream(count: Int?, next: @Sendable () async throws(HTTPError) -> [UInt8]?)
    }

    package var method: String
    package var url: HTTPURL
    package var headers: HTTPHeaders
    package var body: Body

    package init(_ method: String, _ url: HTTPURL, headers: HTTPHeaders = [:], body: Body = .none) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The head's bytes. As in a reply, no value can begin a line of its own.
    ///
    /// - Parameter proxy: is told the whole URL, and who asks.
    func headBytes(through proxy: HTTPProxy?) -> [UInt8] {
        let method = self.method.utf8.allSatisfy(ASCII.isToken) && !self.method.isEmpty ? self.method : "GET"
        let target = proxy == nil ? url.target : "\(url)"
        var lines = "\(method) \(target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n"
        if let credentials = proxy?.credentials { lines += "Proxy-Authorization: \(credentials.header)\r\n" }
        lines += FieldWriter.lines(headers, without: ["host", "connection", "content-length", "transfer-encoding"])
        switch body {
        case .none where method == "POST" || method == "PUT" || method == "PATCH": lines += "Content-Length: 0\r\n"
        case .none: break
        case .bytes(let bytes): lines += "Content-Length: \(bytes.count)\r\n"
        case .stream(let count?, _): lines += "Content-Length: \(count)\r\n"
        case .stream(nil, _): lines += "Transfer-Encoding: chunked\r\n"
        }
        return Array((lines + "\r\n").utf8)
    }
}

extension HTTPClientRequest.Body {
    /// Sends the body. A part that cannot be had closes the connection, so that the server does not take what came for
    /// the whole.
    fileprivate func send(to transport: any ByteTransport) async {
        switch self {
        case .none: break
        case .bytes(let bytes): try? await transport.write(bytes)
        case .stream(let count, let next):
            var left = count ?? .max
            do throws(HTTPError) {
                while let part = try await next() {
                    left -= part.count
                    guard left >= 0 else { throw .misused("the body is longer than its Content-Length") }
                    guard (try? await transport.write(count == nil ? ChunkWriter.chunk(part) : part)) != nil else {
                        return
                    }
                }
                guard count == nil || left == 0 else { throw .misused("the body is shorter than its Content-Length") }
                if count == nil { try? await transport.write(ChunkWriter.end) }
            } catch {
                transport.close()
            }
        }
    }
}

/// A reply whose body is still to be read.
package struct HTTPClientResponse: Sendable {
    package let status: HTTPStatus
    package let headers: HTTPHeaders
    package let body: ResponseBody
}

/// A reply's body, read as it comes: the server is held back by who reads slowly.
package actor ResponseBody {
    private let transport: any ByteTransport
    private let configuration: HTTPClient.Configuration
    private var parser: ResponseParser
    private var upload: Task<Void, Never>?

    init(_ transport: any ByteTransport, method: String, configuration: HTTPClient.Configuration) {
        self.transport = transport
        self.configuration = configuration
        parser = ResponseParser(method: method, limits: configuration.limits)
    }

    deinit {
        upload?.cancel()
        transport.close()
    }

    /// The next part, nil at the end.
    package func next() async throws(HTTPError) -> [UInt8]? {
        switch try await event(within: configuration.bodyTime, wait: .body) {
        case .body(let part): return part
        case .head, .end:
            transport.close()
            return nil
        }
    }

    /// The whole body.
    ///
    /// - Throws: `bodyTooLarge` if it has more than `limit` bytes; else as `next`.
    package func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        guard parser.bodyBytesLeft ?? 0 <= limit else { throw .bodyTooLarge(limit: limit) }
        var body: [UInt8] = []
        while let part = try await next() {
            guard part.count <= limit - body.count else { throw .bodyTooLarge(limit: limit) }
            if body.isEmpty { body = part } else { body += part }
        }
        return body
    }

    func cancelWhenDone(_ upload: Task<Void, Never>) { self.upload = upload }

    func head() async throws(HTTPError) -> ResponseHead {
        guard case .head(let head) = try await event(within: configuration.headTime, wait: .head) else {
            throw .truncated
        }
        return head
    }

    private func event(within time: Duration?, wait: HTTPError.Wait) async throws(HTTPError) -> ResponseParser.Event {
        let deadline = time.map { ContinuousClock.now + $0 }
        while true {
            if let event = try parser.next() { return event }
            let bytes: [UInt8]?
            do throws(HTTPError) {
                bytes = try await transport.cancellable { [transport] () throws(HTTPError) in
                    try await transport.read(until: deadline)
                }
            } catch HTTPError.timedOut {
                throw .timedOut(wait)
            }
            if let bytes { parser.append(bytes) } else { try parser.connectionEnded() }
        }
    }
}

extension ByteTransport {
    /// Runs an operation that ends with `cancelled`, and the connection with it, when the task is cancelled.
    fileprivate func cancellable<Value: Sendable>(
        _ operation: @Sendable () async throws(HTTPError) -> Value
    ) async throws(HTTPError) -> Value {
        let outcome = await withTaskCancellationHandler { () -> Result<Value, HTTPError> in
            do throws(HTTPError) { return .success(try await operation()) } catch { return .failure(error) }
        } onCancel: {
            close()
        }
        if Task.isCancelled { throw .cancelled }
        return try outcome.get()
    }
}
