/// Whom a client believes to be who they say, behind `https`.
package struct HTTPTrust: Equatable, Sendable {
    /// False: whoever answers is believed.
    package var verifiesPeers = true
    /// A file of certificates to trust instead of the system's.
    package var certificateFile: String?
    /// A folder of certificates to trust instead of the system's.
    package var certificateFolder: String?

    /// The system's certificates.
    package init() {}

    /// What `SSL_CERT_FILE` and `SSL_CERT_DIR` say.
    package init(environment: [String: String]) {
        certificateFile = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        certificateFolder = environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A name and a password, as `Authorization: Basic` sends them (RFC 7617).
package struct BasicCredentials: Equatable, Sendable {
    package var user: String
    package var password: String

    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The header's value.
    package var header: String { "Basic " + Self.base64(Array("\(user):\(password)".utf8)) }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
