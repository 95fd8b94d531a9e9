package import Platform

/// Where a server listens or a client connects: a host with a port, or a Unix socket.
package enum HTTPEndpoint: Hashable, Sendable, CustomStringConvertible {
    case host(String, port: UInt16)
    case unix(path: String)

    /// Reads `127.0.0.1:80`, `localhost`, `:80` (all addresses), `[::1]:80`, `::1` or `unix:/path`.
    ///
    /// - Throws: `invalidURL`.
    package init(_ text: String, defaultPort: UInt16) throws(HTTPError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { throw .invalidURL(text, reason: "a path has to follow unix:") }
            self = .unix(path: path)
            return
        }
        if IPAddress(text) != nil {
            self = .host(text, port: defaultPort)
            return
        }
        var host = text[...]
        var port = defaultPort
        let bracket = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[bracket...].lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard let number = UInt16(digits), digits.allSatisfy({ $0 != "+" && $0 != "-" }) else {
                throw .invalidURL(text, reason: "a port is a number from 0 to 65535")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard IPAddress(String(host)) != nil else { throw .invalidURL(text, reason: "no IPv6 address in brackets") }
        } else if host.utf8.contains(where: { !ASCII.isVisible($0) || [0x2F, 0x3A, 0x40, 0x5B, 0x5D].contains($0) }) {
            throw .invalidURL(text, reason: "the host has a character that is not allowed")
        }
        self = .host(host.isEmpty ? "::" : String(host), port: port)
    }

    package var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The addresses behind the name. Blocks while a name is looked up.
    package func addresses() throws(SocketError) -> [SocketAddress] {
        switch self {
        case .host(let host, let port): try SocketAddress.resolve(host: host, port: port)
        case .unix(let path): [.unix(path: path)]
        }
    }
}
