internal import Platform
import Synchronization

/// Answers one request, once: whole, or as a head and a body that follows.
package final class HTTPResponder: Sendable {
    private let writer: Mutex<ResponseWriter>
    private let stream: SocketStream
    private let reader: RequestReader
    private let gate: DrainGate

    init(_ writer: ResponseWriter, stream: SocketStream, reader: RequestReader, gate: DrainGate) {
        self.gate = gate
        self.writer = Mutex(writer)
        self.stream = stream
        self.reader = reader
    }

    /// Sends a whole reply.
    ///
    /// - Throws: `peerGone`, `timedOut`, or `misused` for a second reply.
    package func send(_ response: HTTPResponse) async throws(HTTPError) {
        await decideClosing()
        try enqueue { writer throws(HTTPError) in try writer.whole(response, date: Self.date()) }
        try await stream.drained()
    }

    /// Sends a reply's head; the body follows.
    ///
    /// - Parameter contentLength: the body's length if it is known; else it goes in chunks.
    package func begin(
        _ status: HTTPStatus, headers: HTTPHeaders = [:], contentLength: Int? = nil
    ) async throws(HTTPError) -> HTTPBodyWriter {
        await decideClosing()
        try enqueue { writer throws(HTTPError) in
            try writer.begin(status, headers, contentLength: contentLength, date: Self.date())
        }
        return HTTPBodyWriter(responder: self)
    }

    fileprivate func write(_ part: [UInt8]) async throws(HTTPError) {
        try enqueue { writer throws(HTTPError) in try writer.write(part) }
        try await stream.drained()
    }

    fileprivate func finish() throws(HTTPError) {
        try enqueue { writer throws(HTTPError) in try writer.finish() }
    }

    /// Whether the reply is complete, and whether the connection has to be closed.
    var outcome: (hasBegun: Bool, isFinished: Bool, closes: Bool) {
        writer.withLock { ($0.hasBegun, $0.isFinished, $0.closes) }
    }

    private func decideClosing() async {
        let canGoOn = await reader.canGoOn()
        if !canGoOn || gate.isDraining { writer.withLock { $0.closes = true } }
    }

    /// Makes bytes and queues them in one step, so that two tasks cannot swap theirs.
    private func enqueue(
        _ make: (inout ResponseWriter) throws(HTTPError) -> [UInt8]
    ) throws(HTTPError) {
        try writer.withLock { writer throws(HTTPError) in
            try stream.enqueue(try make(&writer))
        }
    }

    static func date() -> String { HTTPDate.text(secondsSinceEpoch: WallClock.secondsSinceEpoch) }
}

/// The body of a reply that has begun.
package struct HTTPBodyWriter: Sendable {
    fileprivate let responder: HTTPResponder

    /// Sends a part at once; suspends while the client reads more slowly than parts come.
    ///
    /// - Throws: `peerGone` if the client left, `timedOut` if it stopped reading.
    package func write(_ part: [UInt8]) async throws(HTTPError) { try await responder.write(part) }

    /// Ends the body. A body that is not ended is cut off when the handler returns, which the client can tell.
    package func finish() async throws(HTTPError) { try responder.finish() }
}
