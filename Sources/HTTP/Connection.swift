/// One client: its requests are answered in turn.
struct Connection: Sendable {
    let stream: SocketStream
    let configuration: HTTPServer.Configuration
    let gate: DrainGate
    let handler: HTTPServer.Handler

    func run() async {
        let reader = RequestReader(stream: stream, configuration: configuration)
        while true {
            do throws(HTTPError) {
                guard let request = try await reader.nextRequest() else { break }
                guard await answer(request, reader) else { return }
            } catch {
                switch error {
                case .malformed, .timedOut: Self.refuse(stream, error.status, error.description)
                default: stream.close(.whenSent)
                }
                return
            }
        }
        stream.close(.whenSent)
    }

    /// Has the handler answer; false if the connection is over.
    private func answer(_ request: HTTPRequest, _ reader: RequestReader) async -> Bool {
        guard gate.enter() else {
            Self.refuse(stream, .serviceUnavailable, "the server is shutting down")
            return false
        }
        defer { gate.leave() }
        let head = request.head
        let writer = ResponseWriter(
            method: head.method, minorVersion: head.minorVersion, keepsAlive: head.keepsAlive)
        let responder = HTTPResponder(writer, stream: stream, reader: reader, gate: gate)
        let task = Task { [handler] in await handler(request, responder) }
        stream.whenGone { task.cancel() }
        await task.value
        stream.whenGone(nil)

        if !responder.outcome.hasBegun {
            try? await responder.send(HTTPResponse(.internalServerError, text: "the request was not answered\n"))
        }
        let outcome = responder.outcome
        guard outcome.isFinished else {
            stream.close(.now)
            return false
        }
        let isBodyRead = await reader.finishBody(readingOn: !outcome.closes)
        if outcome.closes || !isBodyRead || gate.isDraining {
            stream.close(isBodyRead ? .whenSent : .lingering)
            return false
        }
        return true
    }

    /// Says why the connection is closed, and closes it.
    static func refuse(_ stream: SocketStream, _ status: HTTPStatus, _ reason: String) {
        var writer = ResponseWriter(method: "GET", minorVersion: 1, keepsAlive: false)
        let response = HTTPResponse(status, text: "\(status): \(reason)\n")
        if let bytes = try? writer.whole(response, date: HTTPResponder.date()) { try? stream.enqueue(bytes) }
        stream.close(.lingering)
    }
}
