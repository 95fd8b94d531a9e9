import Platform

/// Which requests go through a proxy, as `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
///
/// This machine itself is always reached directly.
package struct ProxyRules: Equatable, Sendable {
    private var plain: Result<HTTPProxy, HTTPError>?
    private var secure: Result<HTTPProxy, HTTPError>?
    private var exceptions: [Exception] = []

    /// No proxies.
    package init() {}

    /// Reads an environment; of a name in both cases the lower one counts.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = value("ALL_PROXY")
        func proxy(_ text: String) -> Result<HTTPProxy, HTTPError> {
            Result { () throws(HTTPError) in try HTTPProxy(text) }
        }
        plain = (value("HTTP_PROXY") ?? all).map(proxy)
        secure = (value("HTTPS_PROXY") ?? all).map(proxy)
        exceptions = (value("NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.compactMap(Exception.init)
    }

    /// The proxy for a URL; nil if it is reached directly.
    ///
    /// - Throws: `invalidURL` if what is set is no proxy.
    package func proxy(for url: HTTPURL) throws(HTTPError) -> HTTPProxy? {
        guard let proxy = url.scheme == "https" ? secure : plain, case .host(let host, let port) = url.endpoint
        else { return nil }
        let name = host.lowercased()
        let address = IPAddress(name)
        guard name != "localhost", address?.isLoopback != true else { return nil }
        return exceptions.contains { $0.matches(name, address, port) } ? nil : try proxy.get()
    }

    /// An entry of `NO_PROXY`: `*`, a name that stands for what is below it too, an address or a network, each with or
    /// without a port.
    private enum Exception: Equatable {
        case everything
        case name(String, port: UInt16?)
        case network(IPAddress, bitCount: Int)

        init?(_ text: Substring) {
            let text = text.lowercased()
            if text == "*" {
                self = .everything
                return
            }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            if let address = IPAddress(String(parts[0])) {
                let widest = address.bitCount
                guard let count = parts.count == 1 ? widest : Int(parts[1]), (0...widest).contains(count) else {
                    return nil
                }
                self = .network(address, bitCount: count)
                return
            }
            guard let endpoint = try? HTTPEndpoint(text, defaultPort: 0), case .host(let host, let port) = endpoint
            else { return nil }
            let name = host.drop { $0 == "*" }.drop { $0 == "." }
            guard !name.isEmpty else { return nil }
            self = .name(String(name), port: port == 0 ? nil : port)
        }

        func matches(_ host: String, _ address: IPAddress?, _ port: UInt16) -> Bool {
            switch self {
            case .everything: true
            case .name(let name, let only): (host == name || host.hasSuffix("." + name)) && (only ?? port) == port
            case .network(let network, let count): address?.sharesPrefix(with: network, bitCount: count) ?? false
            }
        }
    }
}

/// A proxy.
package struct HTTPProxy: Equatable, Sendable {
    /// As it was written, with a scheme.
    let url: String
    private let scheme: String
    private let endpoint: HTTPEndpoint
    /// What the proxy wants to know of who asks.
    let credentials: BasicCredentials?

    /// Reads `http://user:password@host:port`; the scheme and the user may be left out.
    ///
    /// - Throws: `invalidURL`.
    package init(_ text: String) throws(HTTPError) {
        let separator = text.firstRange(of: "://")
        scheme = separator.map { text[..<$0.lowerBound].lowercased() } ?? "http"
        let rest = text[(separator?.upperBound ?? text.startIndex)...].prefix { $0 != "/" }
        let at = rest.lastIndex(of: "@")
        let place = at.map { rest[rest.index(after: $0)...] } ?? rest
        if let at {
            let pair = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            credentials = BasicCredentials(
                user: try RequestTarget.decoded(pair[0]),
                password: pair.count > 1 ? try RequestTarget.decoded(pair[1]) : "")
        } else {
            credentials = nil
        }
        guard !place.isEmpty, text.utf8.allSatisfy(ASCII.isVisible) else {
            throw .invalidURL(printableProxy(text), reason: "is no address of a proxy")
        }
        endpoint = try HTTPEndpoint(String(place), defaultPort: scheme == "https" ? 443 : 80)
        url = separator == nil ? "http://" + text : text
    }

    /// Where to connect to for a request without encryption.
    ///
    /// - Throws: `invalidURL` for a proxy that has to be spoken to in another way.
    var plainEndpoint: HTTPEndpoint {
        get throws(HTTPError) {
            guard scheme == "http" else {
                throw .invalidURL("\(scheme)://\(endpoint)", reason: "a proxy for http has to begin with http://")
            }
            return endpoint
        }
    }
}

/// A proxy's address without its password.
private func printableProxy(_ text: String) -> String {
    text.lastIndex(of: "@").map { "…" + text[$0...] } ?? text
}

extension IPAddress {
    fileprivate var bitCount: Int { if case .v4 = self { 32 } else { 128 } }

    /// Whether the first bits are the same.
    fileprivate func sharesPrefix(with other: IPAddress, bitCount: Int) -> Bool {
        func same(_ one: UInt64, _ other: UInt64, _ count: Int) -> Bool {
            count <= 0 || (one ^ other) >> (64 - min(count, 64)) == 0
        }
        switch (self, other) {
        case (.v4(let one), .v4(let other)): return same(UInt64(one) << 32, UInt64(other) << 32, bitCount)
        case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
            return same(high, otherHigh, bitCount) && same(low, otherLow, bitCount - 64)
        default: return false
        }
    }
}
