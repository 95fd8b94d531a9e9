import HTTP
import JSON
import Synchronization

/// One model's place in a registry, and how to talk there.
///
/// *Source*: the OCI distribution specification, and what Ollama asks of its own registry.
struct RegistryClient: Sendable {
    /// The registry, with what comes before `/v2`.
    let base: HTTPURL
    let tuning: RegistryAccess.Tuning
    /// `NAMESPACE/MODEL`.
    let repository: String
    private let access: RegistryAccess
    private let isInsecure: Bool
    private let client: HTTPClient
    /// Waits longer for replies.
    private let uploadClient: HTTPClient
    private let authorization: RegistryAuthorization
    private let pace: RegistryPace

    private static let stepLimit = 8
    private static let messageByteLimit = 64 << 10

    /// Finds out how a model's registry is spoken to.
    ///
    /// - Parameters:
    ///   - isInsecure: certificates are not checked, and a registry without encryption is allowed.
    ///   - isForWriting: mirrors are for reading.
    ///   - report: is told what is waited for.
    /// - Throws: `insecureProtocol`.
    static func reach(
        _ name: ModelName, _ access: RegistryAccess, isInsecure: Bool, isForWriting: Bool = false,
        report: @escaping @Sendable (String) -> Void
    ) async throws(ModelStorageError) -> RegistryClient {
        guard isInsecure || !name.asksForPlainHTTP else { throw .registry(.insecureProtocol) }
        let mirror = isForWriting ? nil : access.mirrors[name.host.lowercased()]
        let own = try url("\(name.asksForPlainHTTP ? "http" : "https")://\(name.host)")
        let base = mirror ?? own
        let pace = RegistryPace(report: report)
        let registry = RegistryClient(name, base, access, pace, isInsecure: isInsecure)
        guard isInsecure, base.scheme == "https" else { return registry }
        // Whoever allows a registry without encryption need not say which one has none.
        do throws(HTTPError) {
            _ = try await registry.client.send(HTTPClientRequest("GET", base.with(target: "/v2/")))
            return registry
        } catch {
            switch error {
            case .cannotConnect, .unavailable:
                return RegistryClient(
                    name, try url("http://\(base.authority)\(base.target)"), access, pace, isInsecure: true)
            default: return registry
            }
        }
    }

    private init(
        _ name: ModelName, _ base: HTTPURL, _ access: RegistryAccess, _ pace: RegistryPace, isInsecure: Bool
    ) {
        self.base = base
        self.access = access
        self.pace = pace
        self.isInsecure = isInsecure
        tuning = access.tuning
        repository = "\(name.namespace)/\(name.model)"
        var configuration = HTTPClient.Configuration()
        configuration.connectTime = tuning.connectTime
        configuration.headTime = tuning.stallTime
        configuration.bodyTime = tuning.stallTime
        configuration.proxies = access.proxies
        configuration.trust = access.trust
        configuration.trust.verifiesPeers = !isInsecure
        configuration.limits.bodyBytes = .max
        client = HTTPClient(configuration)
        configuration.headTime = tuning.uploadReplyTime
        uploadClient = HTTPClient(configuration)
        authorization = RegistryAuthorization()
        if case .token(let token) = access.credential(for: base) { authorization.header = "Bearer " + token }
    }

    /// The address of something of the model, such as `manifests/latest`.
    func url(_ path: String) throws(ModelStorageError) -> HTTPURL { try site("v2/\(repository)/\(path)") }

    /// An address at the registry's host.
    func site(_ path: String) throws(ModelStorageError) -> HTTPURL {
        let prefix = base.target.hasSuffix("/") ? String(base.target.dropLast()) : base.target
        return try Self.url("\(base.scheme)://\(base.authority)\(prefix)/\(path)")
    }

    private static func url(_ text: String) throws(ModelStorageError) -> HTTPURL {
        do { return try HTTPURL(text) } catch { throw .registry(.network(url: text, error)) }
    }

    // MARK: Requests

    /// Asks, and asks again where that may help.
    func persistently(_ call: RegistryCall) async throws(ModelStorageError) -> HTTPClientResponse {
        var attempt = 1
        while true {
            let failure: RegistryError
            do throws(ModelStorageError) {
                return try await send(call)
            } catch {
                // Where nobody answers at all the address is wrong more often than the network.
                guard case .registry(let cause) = error, cause.isPassing, !cause.isUnreachable,
                    attempt < tuning.attempts
                else { throw error }
                failure = cause
            }
            try await pause(before: attempt, after: failure)
            attempt += 1
        }
    }

    /// Waits before another attempt: as long as the registry asks for, else the longer the more attempts there were.
    ///
    /// - Throws: `cancelled`, or the failure where the registry asks for more time than is waited.
    func pause(before attempt: Int, after failure: RegistryError) async throws(ModelStorageError) {
        if let time = failure.retryAfter {
            guard time <= tuning.longestWait else { throw .registry(failure) }
            pace.hold(for: time, because: "\(failure)")
        }
        let time = tuning.retryTime * (1 << min(attempt - 1, 6)) * Double.random(in: 0.75...1.25)
        do { try await Task.sleep(for: time) } catch { throw .cancelled }
        try await pace.wait()
    }

    /// Asks once; follows redirects, and says who asks where the registry wants to know.
    func send(_ call: RegistryCall) async throws(ModelStorageError) -> HTTPClientResponse {
        var url = call.url
        var isAuthorized = false
        for _ in 0..<Self.stepLimit {
            let response = try await exchange(call, at: url)
            if call.isAnswer(response.status.code) { return response }
            if response.status == .unauthorized, !isAuthorized, isHome(url) {
                isAuthorized = true
                try await authorize(response.headers.values("WWW-Authenticate"), at: url)
            } else if response.status.isRedirect, let location = response.headers["Location"] {
                url = try resolve(location, from: url)
            } else {
                throw .registry(await refusal(response, at: url))
            }
        }
        throw .registry(.tooManyRedirects(url: "\(call.url)"))
    }

    /// A `Location` as an address.
    ///
    /// - Throws: `unsafeRedirect` for one that gives up encryption.
    func resolve(_ location: String, from url: HTTPURL) throws(ModelStorageError) -> HTTPURL {
        let text: String
        if location.contains("://") {
            text = location
        } else if location.hasPrefix("//") {
            text = "\(url.scheme):\(location)"
        } else if location.hasPrefix("/") {
            text = "\(url.scheme)://\(url.authority)\(location)"
        } else {
            let path = url.target.prefix { $0 != "?" }
            let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
            text = "\(url.scheme)://\(url.authority)\(folder)\(location)"
        }
        let next = try Self.url(text)
        guard next.scheme == "https" || url.scheme == "http" || isInsecure else {
            throw .registry(.unsafeRedirect(url: "\(url)", target: text))
        }
        return next
    }

    private func exchange(_ call: RegistryCall, at url: HTTPURL) async throws(ModelStorageError) -> HTTPClientResponse {
        try await pace.wait()
        var headers = call.headers
        headers.set("User-Agent", access.userAgent)
        // Who one is, is for the registry alone: a storage that it redirects to must not learn it, unless it has been
        // given a token of its own (hf.co sends to huggingface.co).
        if isHome(url) {
            if let header = authorization.header { headers.set("Authorization", header) }
        } else if url.scheme == "https", case .token(let token) = access.credential(for: url) {
            headers.set("Authorization", "Bearer " + token)
        }
        let request = HTTPClientRequest(call.method, url, headers: headers, body: call.body())
        do {
            return try await (call.isUpload ? uploadClient : client).send(request)
        } catch {
            throw error == .cancelled ? .cancelled : .registry(.network(url: "\(url)", error))
        }
    }

    private func isHome(_ url: HTTPURL) -> Bool {
        url.scheme == base.scheme && url.authority.lowercased() == base.authority.lowercased()
    }

    /// Whether an address is the registry under its other name.
    private func isOtherName(_ url: HTTPURL) -> Bool {
        let names = RegistryAccess.huggingFaceHosts
        return url.scheme == "https" && names.contains(url.authority.lowercased())
            && names.contains(base.authority.lowercased())
    }

    // MARK: Who asks

    /// Gets what the registry's challenge asks for, for this request and later ones.
    private func authorize(_ challenges: [String], at url: HTTPURL) async throws(ModelStorageError) {
        let known = challenges.compactMap(RegistryChallenge.init)
        var password: BasicCredentials?
        if case .password(let credentials) = access.credential(for: base) { password = credentials }
        if let bearer = known.first(where: { $0.scheme == "bearer" }) {
            authorization.header = "Bearer " + (try await token(bearer, password))
        } else if let password, known.contains(where: { $0.scheme == "basic" }) {
            authorization.header = password.header
        } else {
            throw .registry(.unauthorized(host: base.authority, message: ""))
        }
    }

    /// A token from where the challenge says, if that is the registry itself.
    private func token(
        _ challenge: RegistryChallenge, _ password: BasicCredentials?
    ) async throws(ModelStorageError) -> String {
        let realm = challenge.fields["realm"] ?? ""
        guard let place = try? HTTPURL(realm), isHome(place) || isOtherName(place) else {
            throw .registry(.foreignRealm(host: base.authority, realm: realm))
        }
        var url = try Self.url("\(place.scheme)://\(place.authority)\(challenge.tokenTarget(place.target))")
        var authorization = password?.header
        if let account = access.account, access.credential(for: base) == .key {
            (url, authorization) = try account.request(for: challenge, at: place)
        }
        var request = HTTPClientRequest("GET", url, headers: ["User-Agent": access.userAgent])
        if let authorization { request.headers.set("Authorization", authorization) }
        let response: HTTPClientResponse
        do { response = try await client.send(request) } catch {
            throw error == .cancelled ? .cancelled : .registry(.network(url: "\(url)", error))
        }
        guard response.status.isSuccess else { throw .registry(await refusal(response, at: url)) }
        let bytes = (try? await response.body.collect(upTo: Self.messageByteLimit)) ?? []
        guard let json = try? JSONText.parse(bytes, path: realm),
            let token = (json["token"] ?? json["access_token"])?.stringValue, !token.isEmpty
        else { throw .registry(.unauthorized(host: base.authority, message: "no token came")) }
        return token
    }

    /// What an answer that does not help says.
    private func refusal(_ response: HTTPClientResponse, at url: HTTPURL) async -> RegistryError {
        let bytes = (try? await response.body.collect(upTo: Self.messageByteLimit)) ?? []
        let json = try? JSONText.parse(bytes, path: "")
        let words =
            json?["errors"]?.arrayValue?.first?["message"]?.stringValue ?? json?["error"]?.stringValue
            ?? json?["message"]?.stringValue ?? response.headers["X-Error-Message"] ?? ""
        if response.status == .unauthorized, isHome(url) || isOtherName(url) {
            return .unauthorized(host: base.authority, message: printable(words))
        }
        let isBusy = response.status == .serviceUnavailable || response.status.code == 429
        return .status(
            url: "\(url)", code: response.status.code, message: printable(words),
            retryAfter: isBusy ? RetryAfter.time(response.headers) : nil)
    }
}

/// A request to a registry, which may have to be sent more than once.
struct RegistryCall: Sendable {
    var method = "GET"
    var url: HTTPURL
    var headers: HTTPHeaders = [:]
    /// Makes the body, anew for each time it is sent.
    var body: @Sendable () -> HTTPClientRequest.Body = { .none }
    /// Whether the reply may take long.
    var isUpload = false
    /// Which status codes are answers.
    var isAnswer: @Sendable (Int) -> Bool = { $0 == 200 }

    init(_ method: String = "GET", _ url: HTTPURL, headers: HTTPHeaders = [:]) {
        self.method = method
        self.url = url
        self.headers = headers
    }
}

/// The header that tells a registry who asks, once that is known.
private final class RegistryAuthorization: Sendable {
    private let value = Mutex<String?>(nil)

    var header: String? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
