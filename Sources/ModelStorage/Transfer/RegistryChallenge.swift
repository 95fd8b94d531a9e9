/// What a server that answers 401 wants: `Bearer realm="…",service="…",scope="…"` (RFC 9110, section 11.6.1).
package struct RegistryChallenge: Equatable {
    /// In lower case: `bearer`, `basic`.
    package let scheme: String
    /// By names in lower case.
    package let fields: [String: String]

    /// Reads one header's value; of several challenges in it, the first.
    package init?(_ text: String) {
        let trimmed = text.drop { $0 == " " }
        scheme = trimmed.prefix { $0 != " " }.lowercased()
        guard !scheme.isEmpty else { return nil }
        var fields: [String: String] = [:]
        var rest = trimmed.drop { $0 != " " }
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].filter { $0 != "," && $0 != " " }.lowercased()
            rest = rest[equals...].dropFirst()
            let value = Self.value(&rest)
            if fields[name] == nil { fields[name] = value }
        }
        self.fields = fields
    }

    /// Takes a token or a quoted text off the front.
    private static func value(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != "," }
            rest = rest[value.endIndex...]
            return value.filter { $0 != " " }
        }
        var value = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
        return value
    }

    /// Where a token is to be had, as path and query.
    func tokenTarget(_ place: String) -> String {
        let query = ["service", "scope"].compactMap { name in
            fields[name].map { "\(name)=\(urlEscaped($0))" }
        }
        guard !query.isEmpty else { return place }
        return place + (place.contains("?") ? "&" : "?") + query.joined(separator: "&")
    }
}

/// A text as a query or a path's name may hold it (RFC 3986, section 2.1).
func urlEscaped(_ text: String) -> String {
    text.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            return String(UnicodeScalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }
    }.joined()
}
