package import HTTP
import Inference
import JSON
import WireFormats

/// Answers every request: finds its route, runs it, and says what went wrong in the route's dialect.
package struct Router: Sendable {
    private let server: ServerContext
    private let origins: CORSPolicy
    private let hosts: HostPolicy
    private let routes: [Route]

    /// - Parameters:
    ///   - origins: which web pages may ask.
    ///   - hosts: under which names the server may be asked.
    package init(
        _ server: ServerContext, origins: CORSPolicy, hosts: HostPolicy, routes: [Route] = RouteTable.all
    ) {
        (self.server, self.origins, self.hosts, self.routes) = (server, origins, hosts, routes)
    }

    /// Answers one request.
    package func answer(_ request: HTTPRequest, _ responder: HTTPResponder) async {
        do {
            var common = HTTPHeaders()
            switch origins.decide(request.head) {
            case .sameOrigin: break
            case .allowed(let headers): common = headers
            case .answered(let response): return try await responder.send(response)
            }
            if let response = hosts.answer(to: request.head) { return try await responder.send(response) }
            switch RouteMatch(request.target, method: request.method, in: routes) {
            case .found(let route, let parameters):
                await run(route, parameters, common, request, responder)
            case .wrongMethod(let allowed) where request.method == "OPTIONS":
                try await responder.send(
                    HTTPResponse(.noContent, headers: ["Allow": (allowed + ["OPTIONS"]).joined(separator: ", ")]))
            case .wrongMethod(let allowed):
                var response = HTTPResponse(.methodNotAllowed, text: "405 method not allowed")
                response.headers.append("Allow", allowed.joined(separator: ", "))
                try await responder.send(response)
            case .redirect(let path):
                let isGet = request.method == "GET" || request.method == "HEAD"
                var response = HTTPResponse(HTTPStatus(isGet ? 301 : 307), text: "")
                response.headers.append("Location", path)
                try await responder.send(response)
            case .unknown:
                try await responder.send(HTTPResponse(.notFound, text: "404 page not found"))
            }
        } catch {
            // The client has gone; nobody is left to be told.
        }
    }

    private func run(
        _ route: Route, _ parameters: [String: String], _ common: HTTPHeaders, _ request: HTTPRequest,
        _ responder: HTTPResponder
    ) async {
        let call = RouteCall(
            request: request, responder: responder, parameters: parameters, server: server, dialect: route.dialect,
            id: RandomID.text("req_", length: 24), commonHeaders: common)
        do {
            try await route.answer(call)
        } catch HTTPError.peerGone {
            return
        } catch {
            if case InferenceError.queueFull = error { server.metrics.countRejection("queue_full") }
            try? await call.fail(WireError(error))
        }
    }
}

extension RouteCall {
    /// Answers with an error in the route's dialect.
    func fail(_ error: WireError) async throws {
        var headers = headers("application/json; charset=utf-8")
        if error.kind == .busy || error.kind == .rateLimited { headers.append("Retry-After", "1") }
        let body = JSONWriter.bytes(dialect.errorBody(error, requestID: id))
        try await responder.send(HTTPResponse(HTTPStatus(error.kind.status), headers: headers, body: body))
    }
}
