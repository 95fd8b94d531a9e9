/// What a client asks for and where: `http://127.0.0.1:11434/api/tags`, taken apart.
package struct HTTPURL: Equatable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    package let scheme: String
    package let endpoint: HTTPEndpoint
    /// What the `Host` header says.
    package let authority: String
    /// Path and query, as sent.
    package let target: String

    /// A target at an endpoint, such as a Unix socket.
    ///
    /// - Parameter target: begins with a slash and is escaped.
    /// - Throws: `invalidURL` for a target that cannot be sent.
    package init(_ endpoint: HTTPEndpoint, target: String) throws(HTTPError) {
        guard target.utf8.first == 0x2F, target.utf8.allSatisfy(ASCII.isVisible) else {
            throw .invalidURL(target, reason: "a path begins with a slash and has no spaces")
        }
        scheme = "http"
        self.endpoint = endpoint
        authority = if case .unix = endpoint { "localhost" } else { "\(endpoint)" }
        self.target = target
    }

    /// - Throws: `invalidURL`.
    package init(_ text: String) throws(HTTPError) {
        guard let separator = text.firstRange(of: "://") else {
            throw .invalidURL(text, reason: "it does not begin with http:// or https://")
        }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw .invalidURL(text, reason: "it does not begin with http:// or https://")
        }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        guard !authority.isEmpty, authority != ":", target.utf8.allSatisfy(ASCII.isVisible) else {
            throw .invalidURL(text, reason: "it has no host, or a character that is not allowed")
        }
        endpoint = try HTTPEndpoint(String(authority), defaultPort: scheme == "https" ? 443 : 80)
        guard case .host = endpoint else { throw .invalidURL(text, reason: "it has no host") }
        self.authority = String(authority)
        self.target = target.first == "/" ? String(target) : "/" + target
    }

    /// Another target at the same place.
    package func with(target: String) throws(HTTPError) -> HTTPURL {
        guard case .host = endpoint else { return try HTTPURL(endpoint, target: target) }
        return try HTTPURL("\(scheme)://\(authority)\(target)")
    }

    package var description: String { "\(scheme)://\(authority)\(target)" }
}
