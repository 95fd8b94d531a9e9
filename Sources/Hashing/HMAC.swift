/// Keyed hash with SHA-256. Source: RFC 2104.
package enum HMAC {
    /// The authentication code of a message under a key of any length.
    package static func sha256(_ message: [UInt8], key: [UInt8]) -> SHA256.Digest {
        var block = key.count > 64 ? SHA256.hash(key).bytes : key
        block += repeatElement(0, count: 64 - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        outer.update(inner.finalized().bytes)
        return outer.finalized()
    }
}
