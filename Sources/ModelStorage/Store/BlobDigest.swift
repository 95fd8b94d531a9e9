package import Hashing

/// What a blob is called: the SHA-256 of its bytes.
package struct BlobDigest: Hashable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hexadecimal: String

    private static let digitCount = 64
    private static let prefix = "sha256"

    /// Reads `sha256:` or `sha256-` and 64 hexadecimal digits.
    ///
    /// - Throws: `invalidDigest`.
    package init(_ text: String) throws(ModelStorageError) {
        let bytes = Array(text.utf8)
        let prefix = Array(Self.prefix.utf8)
        let digits = bytes.dropFirst(prefix.count + 1)
        guard bytes.count == prefix.count + 1 + Self.digitCount, bytes.starts(with: prefix),
            bytes[prefix.count] == UInt8(ascii: ":") || bytes[prefix.count] == UInt8(ascii: "-"),
            digits.allSatisfy(Self.isDigit)
        else { throw .invalidDigest(text) }
        hexadecimal = String(decoding: digits, as: UTF8.self).lowercased()
    }

    /// The digest of some bytes.
    package init(_ digest: SHA256.Digest) { hexadecimal = digest.description }

    /// `sha256:` and the digits, as manifests and requests write it.
    package var description: String { "\(Self.prefix):\(hexadecimal)" }

    /// The first twelve digits, as people see it.
    package var short: String { String(hexadecimal.prefix(12)) }

    /// `sha256-` and the digits, as the file is called.
    var fileName: String { "\(Self.prefix)-\(hexadecimal)" }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
