package import HTTP
package import Hashing
import JSON
import Platform

/// The key by which registries know the user's account: `~/.ollama/id_ed25519`, which Ollama uses too.
///
/// *Source*: Ollama's client. It answers a challenge with a request to the challenge's realm, whose query tells the time
/// and a nonce, and whose `Authorization` is `PUBLIC KEY:SIGNATURE` over `GET,URL,` and what stands for an empty body.
package struct AccountKey: Sendable {
    /// The file of the private key; the public one lies beside it, in `.pub`.
    package let path: String

    private static let byteLimit = 64 << 10
    private static let nonceByteCount = 16

    /// - Parameter home: the user's folder.
    package init(home: String) { path = "\(home)/.ollama/id_ed25519" }

    /// The key; it is made if there is none.
    ///
    /// - Throws: `file`, or `invalidKey` if what is there is no such key.
    package func key() throws(ModelStorageError) -> Ed25519Key {
        let path = path
        let isThere = try withFiles { () throws(PlatformError) in try FileSystem.status(of: path) } != nil
        if !isThere { try make() }
        let bytes = try withFiles { () throws(PlatformError) in
            try FileSystem.contents(of: path, limit: Self.byteLimit)
        }
        guard let key = OpenSSHKey.key(String(decoding: bytes, as: UTF8.self)) else {
            throw .registry(.invalidKey(path: path))
        }
        return key
    }

    private func make() throws(ModelStorageError) {
        let key = Ed25519Key(seed: Self.randomBytes(Ed25519Key.seedByteCount))
        let texts = [
            (path + ".pub", OpenSSHKey.publicLine(key), false),
            (path, OpenSSHKey.privateText(key, check: .random(in: .min ... .max)), true),
        ]
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try withFiles { () throws(PlatformError) in
            try FileSystem.createFolder(folder)
            for (path, text, isPrivate) in texts {
                var file = try AtomicFile(path: path, isPrivate: isPrivate)
                try Array(text.utf8).withBytes { bytes throws(PlatformError) in try file.write(bytes) }
                try file.finish()
            }
        }
    }

    /// From the system's generator.
    private static func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: .min ... .max) } }

    /// What has to be asked, and with which header, for the token of a challenge.
    ///
    /// - Parameters:
    ///   - place: the challenge's realm.
    ///   - time: seconds since 1970.
    package func request(
        for challenge: RegistryChallenge, at place: HTTPURL, time: Int = WallClock.secondsSinceEpoch
    ) throws(ModelStorageError) -> (url: HTTPURL, authorization: String) {
        let key = try key()
        let nonce = Base64.encode(Self.randomBytes(Self.nonceByteCount))
        var items = [("service", challenge.fields["service"] ?? ""), ("ts", "\(time)")]
        items += (challenge.fields["scope"] ?? "").split(separator: " ", omittingEmptySubsequences: false).map {
            ("scope", String($0))
        }
        items.append(("nonce", String(nonce.filter { $0 != "=" }.map { ["+": "-", "/": "_"][$0] ?? $0 })))
        let pieces = place.target.split(separator: "?", maxSplits: 1).map(String.init)
        let own = pieces.count > 1 ? pieces[1].split(separator: "&").map(String.init) : []
        // The signature is over the text of the address, with its query in the order of names.
        let query = (own + items.map { "\($0)=\(urlEscaped($1))" }).sorted().joined(separator: "&")
        let url: HTTPURL
        do { url = try place.with(target: "\(pieces.first ?? "/")?\(query)") } catch {
            throw .registry(.network(url: "\(place)", error))
        }
        let body = Base64.encode(Array(SHA256.hash([]).description.utf8))
        let signature = key.signature(of: Array("GET,\(url),\(body)".utf8))
        return (url, "\(OpenSSHKey.publicText(key)):\(Base64.encode(signature))")
    }
}
