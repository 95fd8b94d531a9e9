package import HTTP

/// How registries are reached: through which proxies and mirrors, believing whom, as whom, how persistently.
package struct RegistryAccess: Sendable {
    /// What the registry is told of who asks.
    package var userAgent: String
    package var proxies = ProxyRules()
    package var trust = HTTPTrust()
    package var tuning = Tuning()
    /// Where to go instead of a host, by its name in lower case.
    var mirrors: [String: HTTPURL] = [:]
    /// Who one is, by host in lower case.
    var credentials: [String: Credential] = [:]
    /// The key of the user's account; nil where there is no folder for it.
    var account: AccountKey?

    static let mirrorsVariable = "SWIFTLLM_REGISTRY_MIRRORS"
    static let tokensVariable = "SWIFTLLM_REGISTRY_TOKENS"
    static let huggingFaceHosts = ["hf.co", "huggingface.co"]
    /// Hosts that know their users by keys, where nothing else is said of who one is.
    static let keyHosts = huggingFaceHosts + ["registry.ollama.ai", "ollama.ai", "registry.ollama.com", "ollama.com"]
    /// What stands for the key in place of a token.
    private static let keyMark = "ssh-ed25519"

    /// How hard to try, and in what pieces.
    package struct Tuning: Sendable {
        /// Parts of a blob that are fetched at the same time.
        package var parallelParts = 8
        /// Least and most bytes of a part.
        package var partByteCounts = 64 << 20...1 << 30
        /// Bytes that are sent with one request.
        package var uploadByteCount = 64 << 20
        /// Failures in a row, without a byte between them, after which it is given up.
        package var attempts = 6
        /// What is waited before the second attempt; doubled each time.
        package var retryTime: Duration = .milliseconds(500)
        /// The longest time that a registry may ask to be left alone; if it asks for more it is given up.
        package var longestWait: Duration = .seconds(600)
        /// How long a connection may take.
        package var connectTime: Duration = .seconds(10)
        /// How long a reply may take to begin, and how long a silence in it may last.
        package var stallTime: Duration = .seconds(30)
        /// How long a registry may take to work on what it was sent.
        package var uploadReplyTime: Duration = .seconds(900)
        /// Bytes after which the progress of a part is noted for a later attempt.
        package var noteByteCount = 8 << 20
        /// Time between two reports on one blob.
        package var reportTime: Duration = .milliseconds(60)

        package init() {}
    }

    /// Who one is to a registry.
    enum Credential: Equatable, Sendable {
        case token(String)
        case password(BasicCredentials)
        /// What the key of the user's account signs.
        case key

        /// `USER:PASSWORD`, a token, or the word for the key.
        init(_ text: String) {
            guard text != RegistryAccess.keyMark else {
                self = .key
                return
            }
            let pair = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            self = pair.count == 2 ? .password(BasicCredentials(user: pair[0], password: pair[1])) : .token(text)
        }
    }

    /// Straight to the registries, as nobody.
    package init(userAgent: String) { self.userAgent = userAgent }

    /// Reads an environment: the variables for proxies and certificates that all programs know, `HF_TOKEN`, and
    /// `SWIFTLLM_REGISTRY_MIRRORS` (`HOST=URL,…`) and `SWIFTLLM_REGISTRY_TOKENS` (`HOST=TOKEN,HOST=USER:PASSWORD,…`).
    ///
    /// - Parameter home: the user's folder, where the account's key lies.
    /// - Throws: `invalidSetting`.
    package init(userAgent: String, environment: [String: String], home: String? = nil) throws(RegistryError) {
        self.userAgent = userAgent
        account = home.map { AccountKey(home: $0) }
        if account != nil { for host in Self.keyHosts { credentials[host] = .key } }
        trust = HTTPTrust(environment: environment)
        proxies = ProxyRules(environment: environment)
        let token = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        if let token { for host in Self.huggingFaceHosts { credentials[host] = .token(token) } }
        for (host, text) in try Self.pairs(environment, Self.tokensVariable, "HOST=TOKEN or HOST=USER:PASSWORD") {
            credentials[host] = Credential(text)
        }
        for (host, text) in try Self.pairs(environment, Self.mirrorsVariable, "HOST=URL") {
            guard let url = try? HTTPURL(text.contains("://") ? text : "https://" + text) else {
                throw .invalidSetting(name: Self.mirrorsVariable, expected: "HOST=URL, with commas between them")
            }
            mirrors[host] = url
        }
    }

    /// What a host wants to know of who asks; ports need not be named.
    func credential(for url: HTTPURL) -> Credential? {
        let authority = url.authority.lowercased()
        return credentials[authority] ?? credentials[String(authority.prefix { $0 != ":" })]
    }

    private static func pairs(
        _ environment: [String: String], _ variable: String, _ form: String
    ) throws(RegistryError) -> [(host: String, text: String)] {
        var pairs: [(host: String, text: String)] = []
        for item in (environment[variable] ?? "").split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let sides = item.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else {
                throw .invalidSetting(name: variable, expected: "\(form), with commas between")
            }
            pairs.append((sides[0].lowercased(), String(sides[1])))
        }
        return pairs
    }
}
