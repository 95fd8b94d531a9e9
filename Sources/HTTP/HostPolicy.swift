package import Platform

/// Which `Host` a request may name when only this machine can connect.
///
/// A web page can have its own name resolve to 127.0.0.1 and then call the server as its own origin (DNS rebinding);
/// its requests name the page's host. So a server on a loopback address answers only to names that no page can own.
package struct HostPolicy: Sendable {
    private let isActive: Bool
    private let hostName: String
    private let localAddresses: Set<IPAddress>

    /// - Parameters:
    ///   - listening: where the server listens; the policy is active on loopback addresses only.
    ///   - hostName: the machine's own name.
    ///   - localAddresses: those of its network interfaces.
    package init(listening: SocketAddress, hostName: String, localAddresses: [IPAddress]) {
        isActive = listening.ip?.isLoopback ?? false
        self.hostName = hostName.lowercased()
        self.localAddresses = Set(localAddresses)
    }

    /// Whether a `Host` header, with or without a port, is allowed.
    package func allows(_ host: String?) -> Bool {
        guard isActive else { return true }
        let name = Self.withoutPort((host ?? "").lowercased())
        if let address = IPAddress(name) {
            return address.isLoopback || address.isPrivate || address.isUnspecified || localAddresses.contains(address)
        }
        return name.isEmpty || name == "localhost" || name == hostName
            || [".localhost", ".local", ".internal"].contains { name.hasSuffix($0) }
    }

    /// The answer to a request that goes no further: 403 to other hosts, 204 to `OPTIONS`.
    ///
    /// Asked after `CORSPolicy`, which answers preflights.
    package func answer(to request: RequestHead) -> HTTPResponse? {
        guard isActive else { return nil }
        guard allows(request.headers["Host"]) else { return HTTPResponse(.forbidden) }
        return request.method == "OPTIONS" ? HTTPResponse(.noContent) : nil
    }

    /// Takes the port and an IPv6 address's brackets off.
    private static func withoutPort(_ host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        guard let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon else { return host }
        return String(host[..<colon])
    }
}
