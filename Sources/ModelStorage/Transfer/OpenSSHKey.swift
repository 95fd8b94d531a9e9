package import Hashing
import JSON

/// Ed25519 keys as OpenSSH keeps and sends them.
///
/// *Source*: OpenSSH's `PROTOCOL.key` and RFC 8709.
package enum OpenSSHKey {
    private static let kind = "ssh-ed25519"
    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let end = "-----END OPENSSH PRIVATE KEY-----"
    private static let lineLength = 64
    private static let blockByteCount = 8

    /// The public key as it stands in files and headers, after the kind.
    package static func publicText(_ key: Ed25519Key) -> String { Base64.encode(publicBytes(key)) }

    /// The line of a `.pub` file.
    package static func publicLine(_ key: Ed25519Key) -> String { "\(kind) \(publicText(key))\n" }

    /// The text of a file with the private key, not encrypted.
    ///
    /// - Parameter check: any number; readers that decrypt compare its two copies.
    package static func privateText(_ key: Ed25519Key, check: UInt32) -> String {
        var inner = bytes(check) + bytes(check) + string(Array(kind.utf8)) + string(key.publicKey)
        inner += string(key.seed + key.publicKey) + string([])
        let rest = (blockByteCount - inner.count % blockByteCount) % blockByteCount
        inner += (0..<rest).map { UInt8($0 + 1) }
        let none = string(Array("none".utf8))
        let all = magic + none + none + string([]) + bytes(1) + string(publicBytes(key)) + string(inner)
        let text = Array(Base64.encode(all).utf8)
        let lines = stride(from: 0, to: text.count, by: lineLength).map { start in
            String(decoding: text[start..<min(start + lineLength, text.count)], as: UTF8.self)
        }
        return ([begin] + lines + [end]).joined(separator: "\n") + "\n"
    }

    /// The key of a file; nil if it is encrypted, of another kind, or damaged.
    package static func key(_ text: String) -> Ed25519Key? {
        guard let start = text.firstRange(of: begin), let stop = text.firstRange(of: end),
            start.upperBound <= stop.lowerBound,
            let bytes = Base64.decode(text[start.upperBound..<stop.lowerBound])
        else { return nil }
        var reader = Reader(bytes: bytes[...])
        let none = Array("none".utf8)
        guard reader.take(magic.count) == magic[...], reader.string() == none[...], reader.string() == none[...],
            reader.string() == [], reader.number() == 1, reader.string() != nil, let inner = reader.string()
        else { return nil }
        reader = Reader(bytes: inner)
        guard let check = reader.number(), check == reader.number(), reader.string() == Array(kind.utf8)[...],
            let publicKey = reader.string(), let secret = reader.string(),
            secret.count == Ed25519Key.seedByteCount + publicKey.count
        else { return nil }
        let key = Ed25519Key(seed: Array(secret.prefix(Ed25519Key.seedByteCount)))
        return key.publicKey == Array(publicKey) ? key : nil
    }

    private static func publicBytes(_ key: Ed25519Key) -> [UInt8] {
        string(Array(kind.utf8)) + string(key.publicKey)
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// Bytes after their count.
    private static func string(_ bytes: [UInt8]) -> [UInt8] { self.bytes(UInt32(bytes.count)) + bytes }

    /// Takes numbers and strings off the front.
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }

        mutating func number() -> UInt32? { take(4)?.reduce(0) { $0 << 8 | UInt32($1) } }

        mutating func string() -> ArraySlice<UInt8>? { number().flatMap { take(Int($0)) } }
    }
}
