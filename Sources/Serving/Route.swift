package import HTTP
package import WireFormats

/// One row of the table of routes: what it answers to, who may ask, in whose words, and how.
package struct Route: Sendable {
    /// Who may use a route once keys are configured.
    package enum Access: String, Sendable, CaseIterable {
        /// Everybody: says nothing about models or users.
        case open
        /// Whoever may use models.
        case use
        /// Whoever may change the store or the server.
        case manage
    }

    /// A part of a path.
    enum Segment: Sendable, Equatable {
        case literal(String)
        /// Any one part, under a name.
        case parameter(String)
        /// All parts that are left, at least one, joined by slashes: a model's name may hold some.
        case rest(String)
    }

    package let method: String
    /// The path as it is written in the table, such as `/api/blobs/:digest` or `/v1/models/*model`.
    package let path: String
    package let access: Access
    package let dialect: Dialect
    let segments: [Segment]
    let answer: @Sendable (RouteCall) async throws -> Void

    package init(
        _ method: String, _ path: String, _ access: Access, _ dialect: Dialect,
        _ answer: @escaping @Sendable (RouteCall) async throws -> Void
    ) {
        (self.method, self.path, self.access, self.dialect, self.answer) = (method, path, access, dialect, answer)
        segments = path.split(separator: "/").map { part in
            switch part.first {
            case ":": .parameter(String(part.dropFirst()))
            case "*": .rest(String(part.dropFirst()))
            default: .literal(String(part))
            }
        }
    }

    /// The parameters of a path that fits; nil if it does not.
    func parameters(of parts: [String]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .literal(let text):
                guard index < parts.count, parts[index] == text else { return nil }
            case .parameter(let name):
                guard index < parts.count, !parts[index].isEmpty else { return nil }
                parameters[name] = parts[index]
            case .rest(let name):
                guard index < parts.count, !parts[index].isEmpty else { return nil }
                parameters[name] = parts[index...].joined(separator: "/")
                return parameters
            }
        }
        return parts.count == segments.count ? parameters : nil
    }
}

/// What a path and a method lead to.
package enum RouteMatch {
    case found(Route, parameters: [String: String])
    /// The path is known, under other methods.
    case wrongMethod(allowed: [String])
    /// The path is known without its last slash.
    case redirect(to: String)
    case unknown

    /// Looks a request's target up in the table. `HEAD` is answered by what answers `GET`.
    package init(_ target: RequestTarget, method: String, in table: [Route]) {
        var parts = target.segments
        if parts == [""] { parts = [] }
        let matches = table.compactMap { route in
            route.parameters(of: parts).map { (route: route, parameters: $0) }
        }
        let wanted = method == "HEAD" && !matches.contains { $0.route.method == "HEAD" } ? "GET" : method
        if let match = matches.first(where: { $0.route.method == wanted }) {
            self = .found(match.route, parameters: match.parameters)
        } else if !matches.isEmpty {
            self = .wrongMethod(allowed: Array(Set(matches.map(\.route.method))).sorted())
        } else if parts.count > 1, parts.last == "",
            table.contains(where: { $0.parameters(of: parts.dropLast()) != nil })
        {
            self = .redirect(to: "/" + parts.dropLast().joined(separator: "/"))
        } else {
            self = .unknown
        }
    }
}
