package import Platform

/// A request as a handler sees it.
package struct HTTPRequest: Sendable {
    package let head: RequestHead
    package let body: RequestBody
    /// The other end; nil where the system does not say.
    package let peer: SocketAddress?

    package var method: String { head.method }
    package var target: RequestTarget { head.target }
    /// The decoded path.
    package var path: String { head.target.path }
    package var headers: HTTPHeaders { head.headers }
}

/// A request's body, read as it comes: the client is held back by who reads slowly.
package struct RequestBody: Sendable {
    /// The length that the client announced; 0 without a body, nil in chunks.
    package let announcedCount: Int?
    private let reader: RequestReader
    private let number: Int

    init(announcedCount: Int?, reader: RequestReader, number: Int) {
        self.announcedCount = announcedCount
        self.reader = reader
        self.number = number
    }

    /// The next part, nil at the end.
    ///
    /// - Throws: `malformed`, `bodyTooLarge`, `timedOut`, `truncated`, `peerGone`, or `misused` after the handler
    ///   returned.
    package func next() async throws(HTTPError) -> [UInt8]? { try await reader.nextPart(of: number) }

    /// The whole body.
    ///
    /// - Throws: `bodyTooLarge` if it has more than `limit` bytes, before reading it if it says so itself; else as
    ///   `next`.
    package func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        guard announcedCount ?? 0 <= limit else { throw .bodyTooLarge(limit: limit) }
        var body: [UInt8] = []
        while let part = try await next() {
            guard part.count <= limit - body.count else { throw .bodyTooLarge(limit: limit) }
            if body.isEmpty { body = part } else { body += part }
        }
        return body
    }
}

/// Reads the requests of one connection, one after another.
actor RequestReader {
    private let stream: SocketStream
    private let configuration: HTTPServer.Configuration
    private var parser: RequestParser
    private var number = 0
    private var isFirst = true
    private var isBodyEnded = true
    private var isReading = false
    private var failure: HTTPError?
    /// Whether the client waits for `100 Continue` before it sends the body.
    private var owesContinue = false
    private var pace: RateGuard

    init(stream: SocketStream, configuration: HTTPServer.Configuration) {
        self.stream = stream
        self.configuration = configuration
        parser = RequestParser(limits: configuration.limits)
        pace = RateGuard(time: configuration.bodyTime, bytes: configuration.bodyProgressBytes)
    }

    /// The next request, nil if the client ended or stayed idle too long.
    func nextRequest() async throws(HTTPError) -> HTTPRequest? {
        let begin = ContinuousClock.now
        var deadline = begin + (isFirst ? configuration.headTime : configuration.idleTime)
        var hasBegun = isFirst
        isFirst = false
        while true {
            if let event = try parser.next() {
                // The end of a body that nobody asked for comes before the next head.
                guard case .head(let head) = event else { continue }
                return adopt(head)
            }
            if !parser.isBetweenRequests, !hasBegun {
                hasBegun = true
                deadline = .now + configuration.headTime
            }
            do throws(HTTPError) {
                guard let bytes = try await stream.read(until: deadline) else {
                    if parser.isBetweenRequests { return nil }
                    throw .truncated
                }
                parser.append(bytes)
            } catch HTTPError.timedOut {
                if parser.isBetweenRequests { return nil }
                throw .timedOut(.head)
            }
        }
    }

    private func adopt(_ head: RequestHead) -> HTTPRequest {
        number += 1
        isBodyEnded = parser.bodyBytesLeft == 0
        owesContinue = head.expectsContinue
        pace = RateGuard(time: configuration.bodyTime, bytes: configuration.bodyProgressBytes)
        let body = RequestBody(announcedCount: parser.bodyBytesLeft, reader: self, number: number)
        return HTTPRequest(head: head, body: body, peer: stream.peer)
    }

    func nextPart(of request: Int) async throws(HTTPError) -> [UInt8]? {
        guard request == number else { throw .misused("a body is read before its request is answered") }
        guard !isReading else { throw .misused("a body has one reader") }
        isReading = true
        defer { isReading = false }
        if let failure { throw failure }
        do throws(HTTPError) {
            return try await nextPart()
        } catch {
            failure = error
            throw error
        }
    }

    private func nextPart() async throws(HTTPError) -> [UInt8]? {
        while !isBodyEnded {
            switch try parser.next() {
            case .body(let part): return part
            case .end: isBodyEnded = true
            case .head: throw .misused("a head inside a body")
            case nil: try await readMore()
            }
        }
        return nil
    }

    private func readMore() async throws(HTTPError) {
        if owesContinue {
            owesContinue = false
            try stream.enqueue(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        let begin = ContinuousClock.now
        do throws(HTTPError) {
            guard let bytes = try await stream.read(until: pace.deadline(from: begin)) else { throw .truncated }
            pace.received(bytes.count, after: .now - begin)
            parser.append(bytes)
        } catch HTTPError.timedOut {
            throw .timedOut(.body)
        }
    }

    /// A reply begins: whether the connection can serve another request after it.
    ///
    /// From here on `100 Continue` would stand inside the reply, so that it is not sent any more.
    func canGoOn() -> Bool {
        if isBodyEnded { return true }
        defer { owesContinue = false }
        return failure == nil && !owesContinue && (parser.bodyBytesLeft ?? 0) <= configuration.drainBytes
    }

    /// Ends the reading of a body; false if some of it is unread.
    ///
    /// - Parameter readingOn: whether to read what the handler left, if it is little.
    func finishBody(readingOn: Bool) async -> Bool {
        number += 1
        if isBodyEnded || !readingOn { return isBodyEnded }
        var left = configuration.drainBytes
        guard failure == nil, !isReading else { return false }
        do throws(HTTPError) {
            while let part = try await nextPart() {
                left -= part.count
                if left < 0 { return false }
            }
            return true
        } catch {
            return false
        }
    }
}

/// Whether bytes come fast enough, over the time in which somebody waited for them: a value.
package struct RateGuard: Sendable {
    private let time: Duration
    private let bytes: Int
    private var waited: Duration = .zero
    private var received = 0

    /// In each `time` of waiting at least so many `bytes` have to come.
    package init(time: Duration, bytes: Int) {
        self.time = time
        self.bytes = bytes
    }

    package func deadline(from now: ContinuousClock.Instant) -> ContinuousClock.Instant { now + (time - waited) }

    package mutating func received(_ count: Int, after wait: Duration) {
        received += count
        waited += wait
        guard received >= bytes else { return }
        (received, waited) = (0, .zero)
    }
}
