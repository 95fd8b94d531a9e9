/// Which web pages may call the server from a browser (the Fetch standard's CORS protocol), with Ollama's defaults.
package struct CORSPolicy: Sendable {
    /// What to do with a request.
    package enum Decision: Equatable, Sendable {
        /// No page of another origin asks: nothing to add.
        case sameOrigin
        /// Answer it, and add these headers.
        case allowed(HTTPHeaders)
        /// It is answered: a preflight, or a page that may not call.
        case answered(HTTPResponse)
    }

    /// Origins that may always call: this machine, and programs that are no web pages.
    private static let defaultOrigins =
        ["localhost", "127.0.0.1", "0.0.0.0"].flatMap { host in
            ["http", "https"].flatMap { ["\($0)://\(host)", "\($0)://\(host):*"] }
        } + ["app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"]

    private static let extensionSchemes = [
        "chrome-extension://", "safari-extension://", "safari-web-extension://", "moz-extension://",
        "ms-browser-extension://",
    ]

    private static let methods = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"
    private static let headers =
        (["Authorization", "Content-Type", "User-Agent", "Accept", "X-Requested-With", "OpenAI-Beta"]
        + [
            "arch", "async", "custom-poll-interval", "helper-method", "lang", "os", "package-version", "poll-helper",
            "retry-count", "runtime", "runtime-version", "timeout",
        ].map { "x-stainless-\($0)" }).joined(separator: ",")

    private let patterns: [String]
    private let allowsAll: Bool

    /// - Parameter origins: allowed besides the defaults. `*` alone allows all, one `*` inside stands for anything,
    ///   and `:*` at the end for any port.
    package init(origins: [String] = []) {
        allowsAll = origins.contains("*")
        patterns = origins.map { $0.lowercased() } + Self.defaultOrigins
    }

    package func decide(_ request: RequestHead) -> Decision {
        guard let origin = request.headers["Origin"], !origin.isEmpty else { return .sameOrigin }
        let host = (request.headers["Host"] ?? "").lowercased()
        let lowercased = origin.lowercased()
        if lowercased == "http://\(host)" || lowercased == "https://\(host)" { return .sameOrigin }
        guard allows(lowercased) else { return .answered(HTTPResponse(.forbidden)) }
        var headers: HTTPHeaders = ["Access-Control-Allow-Origin": allowsAll ? "*" : origin]
        guard request.method == "OPTIONS" else {
            if !allowsAll { headers.append("Vary", "Origin") }
            return .allowed(headers)
        }
        headers.append("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        headers.append("Access-Control-Allow-Methods", Self.methods)
        headers.append("Access-Control-Allow-Headers", Self.headers)
        headers.append("Access-Control-Max-Age", "43200")
        return .answered(HTTPResponse(.noContent, headers: headers))
    }

    private func allows(_ origin: String) -> Bool {
        allowsAll || Self.extensionSchemes.contains { origin.hasPrefix($0) }
            || patterns.contains { Self.matches(origin, $0) }
    }

    private static func matches(_ origin: String, _ pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return origin == pattern }
        let prefix = pattern[..<star]
        let suffix = pattern[pattern.index(after: star)...]
        guard origin.utf8.count >= prefix.utf8.count + suffix.utf8.count, origin.hasPrefix(prefix),
            origin.hasSuffix(suffix)
        else { return false }
        // `http://localhost:*` must not allow `http://localhost:80.example.org`.
        guard suffix.isEmpty, prefix.hasSuffix(":") else { return true }
        let port = origin.dropFirst(prefix.count)
        return !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
