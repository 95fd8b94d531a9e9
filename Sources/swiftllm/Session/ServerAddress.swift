import Foundation

/// Where a server is, as `OLLAMA_HOST` says it.
package struct ServerAddress: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        case host(String, port: UInt16)
        case socket(path: String)
    }

    package var place: Place
    package var usesTLS = false
    /// What comes before every path, without a slash at its end.
    package var pathPrefix = ""

    package static let standardPort: UInt16 = 11434

    /// A server at a Unix socket.
    package init(socket path: String) { place = .socket(path: path) }

    /// Reads `[scheme://]host[:port][/path]` or `unix:path`; what is missing or makes no sense gets its default, as
    /// Ollama has it.
    package init(_ text: String) {
        let text = Self.trimmed(text)
        if text.hasPrefix("unix:") {
            place = .socket(path: String(text.dropFirst("unix:".count)))
            return
        }
        let pieces = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = pieces.count == 2 ? pieces[0].lowercased() : ""
        var rest = pieces.last ?? ""
        if let slash = rest.firstIndex(of: "/") {
            let path = rest[slash...]
            pathPrefix = String(path.prefix(upTo: path.lastIndex { $0 != "/" }.map { path.index(after: $0) } ?? slash))
            rest = rest[..<slash]
        }
        usesTLS = scheme == "https"
        let defaultPort: UInt16 = scheme == "https" ? 443 : scheme == "http" ? 80 : Self.standardPort
        let (host, port) = Self.parts(rest)
        let number = port.map { UInt16($0) ?? Self.standardPort } ?? defaultPort
        place = .host(host.isEmpty ? "127.0.0.1" : host, port: number)
    }

    /// The address that the environment asks for.
    package init(environment: [String: String]) {
        self.init(environment["SWIFTLLM_HOST"] ?? environment["OLLAMA_HOST"] ?? "")
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "\"'")))
    }

    /// Host and port of `host`, `host:port`, `[::1]:port`, `:port` or `::1`.
    private static func parts(_ text: Substring) -> (host: String, port: Substring?) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let port = text[text.index(after: end)...]
            return (String(text[..<end].dropFirst()), port.hasPrefix(":") ? port.dropFirst() : nil)
        }
        let colons = text.count { $0 == ":" }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (String(text), nil) }
        return (String(text[..<colon]), text[text.index(after: colon)...])
    }

    /// The address to connect to: a server that listens everywhere is also here.
    package var reachable: ServerAddress {
        guard case .host(let host, let port) = place, host == "0.0.0.0" || host == "::" else { return self }
        var address = self
        address.place = .host(host == "::" ? "::1" : "127.0.0.1", port: port)
        return address
    }
}

extension ServerAddress: CustomStringConvertible {
    package var description: String {
        switch place {
        case .host(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)\(pathPrefix)"
        case .socket(let path): "unix:\(path)"
        }
    }
}
