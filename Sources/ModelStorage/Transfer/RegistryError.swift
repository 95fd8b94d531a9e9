package import HTTP

/// What stands between the store and a registry.
package enum RegistryError: Error, Equatable, Sendable {
    case network(url: String, HTTPError)
    /// An answer that is none of those that help, and the registry's words.
    ///
    /// `retryAfter` is how long it asks to be left alone.
    case status(url: String, code: Int, message: String, retryAfter: Duration? = nil)
    /// The registry wants to know who asks.
    case unauthorized(host: String, message: String)
    /// The registry sends elsewhere for a token: whoever answers there could make this machine fetch anything.
    case foreignRealm(host: String, realm: String)
    case tooManyRedirects(url: String)
    /// From an encrypted place to one that is not.
    case unsafeRedirect(url: String, target: String)
    /// A range that is not the one asked for.
    case wrongRange(url: String, expected: Int, found: String)
    /// What went wrong with the manifest, which comes before all else of a model.
    indirect case pullingManifest(RegistryError)
    /// No such model in the registry.
    case manifestNotFound
    /// What came is no manifest of a model.
    case notAModel(url: String, found: String)
    /// Files of a repository that are no model, or more than one.
    case noChoice(repository: String, tag: String, reason: String)
    /// A registry without encryption, which nobody allowed.
    case insecureProtocol
    case mismatch(expected: BlobDigest, found: BlobDigest)
    case noSpace(folder: String, needed: Int, free: Int)
    /// A file that should hold the key of the user's account.
    case invalidKey(path: String)
    /// A variable of the environment.
    case invalidSetting(name: String, expected: String)

    /// Whether the same may go well another time.
    var isPassing: Bool {
        switch self {
        case .network(_, let error):
            switch error {
            case .cannotConnect, .timedOut, .peerGone, .truncated: true
            default: false
            }
        case .status(_, let code, _, _): code >= 500 || code == 408 || code == 429
        default: false
        }
    }

    /// How long the registry asks to be left alone.
    var retryAfter: Duration? {
        if case .status(_, _, _, let time) = self { time } else { nil }
    }

    /// Whether nobody answered at all.
    var isUnreachable: Bool {
        if case .network(_, .cannotConnect) = self { true } else { false }
    }
}

extension RegistryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .network(let url, let error): "\(printable(url)): \(error)"
        case .status(let url, let code, let message, let time):
            "\(printable(url)): the registry answered \(HTTPStatus(code))" + (message.isEmpty ? "" : ": \(message)")
                + (time.map { ", and asks to try again in \(Int($0 / .seconds(1))) s" } ?? "")
        case .unauthorized(let host, let message): Self.unauthorized(host, message)
        case .foreignRealm(let host, let realm):
            "\(printable(host)): sends to another host for a token, which is not followed: \(printable(realm))"
        case .tooManyRedirects(let url): "\(printable(url)): too many redirects"
        case .unsafeRedirect(let url, let target):
            "\(printable(url)): redirects to a place without encryption: \(printable(target))"
        case .wrongRange(let url, let expected, let found):
            "\(printable(url)): expected bytes from \(expected) on, found \(quoted(found))"
        case .pullingManifest(let error): "pull model manifest: \(error)"
        case .manifestNotFound: "file does not exist"
        case .notAModel(let url, let found): "\(printable(url)): expected the manifest of a model, found \(found)"
        case .noChoice(let repository, let tag, let reason):
            "\(printable(repository)): cannot tell what \(quoted(tag)) is: \(printable(reason))"
        case .insecureProtocol: "insecure protocol http"
        case .mismatch(let expected, let found):
            "digest mismatch, file must be downloaded again: want \(expected), got \(found)"
        case .noSpace(let folder, let needed, let free):
            "\(folder): not enough space: \(needed) bytes are still to come, \(free) are free"
        case .invalidKey(let path):
            "\(path): expected an Ed25519 key in OpenSSH's form, without a passphrase"
        case .invalidSetting(let name, let expected): "\(name): expected \(expected)"
        }
    }

    private static func unauthorized(_ host: String, _ message: String) -> String {
        let words = message.isEmpty ? "" : " (\(message))"
        let isOllama = ["ollama.ai", "ollama.com"].contains { host == $0 || host.hasSuffix("." + $0) }
        let advice =
            isOllama
            ? "add the key in ~/.ollama/id_ed25519.pub to your account, at https://ollama.com/settings/keys"
            : RegistryAccess.huggingFaceHosts.contains(host)
                ? "for a private model set HF_TOKEN, or add the key in ~/.ollama/id_ed25519.pub to your account"
                : "set \(RegistryAccess.tokensVariable)=\(host)=TOKEN or \(host)=USER:PASSWORD"
        return "unauthorized: \(printable(host)) refuses the request\(words): \(advice)"
    }
}
