import Hashing
import HTTP
import JSON
import Platform
import WireFormats

/// The page for people: one HTML file that is part of the program, and a policy that lets it run itself and nothing else.
struct ChatPage: Sendable {
    let bytes: [UInt8]
    let headers: HTTPHeaders

    /// Reads the file and takes its script's and its style's digests into the policy.
    init() {
        let html = EmbeddedFiles.chatPage.withBytes { $0.littleEndianIntegers(UInt8.self) }
        bytes = html
        let script = Self.digest(of: "script", in: html)
        let style = Self.digest(of: "style", in: html)
        headers = [
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy":
                "default-src 'none'; script-src '\(script)'; style-src '\(style)'; connect-src 'self'; img-src data:; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        ]
    }

    /// The digest of what stands between an element's tags, as policies write it.
    private static func digest(of element: String, in html: [UInt8]) -> String {
        let (open, close) = (Array("\n<\(element)>".utf8), Array("</\(element)>".utf8))
        guard let start = position(of: open, in: html[...]).map({ $0 + open.count }),
            let end = position(of: close, in: html[start...])
        else { return "none" }
        return "sha256-" + Base64.encode(SHA256.hash(Array(html[start..<end])).bytes)
    }

    private static func position(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - pattern.count).first { start in
            bytes[start] == pattern[0] && bytes[start..<start + pattern.count].elementsEqual(pattern)
        }
    }
}
