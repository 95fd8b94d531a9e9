/// What a request asks for: `/api/tags?verbose=1`, taken apart.
package struct RequestTarget: Equatable, Sendable {
    /// As it came.
    package let raw: String
    /// The decoded path, beginning with `/`; `*` for `OPTIONS *`.
    package let path: String
    /// The decoded parts between the slashes. An encoded slash stays inside its segment, so that a model's name can
    /// hold one.
    package let segments: [String]
    /// Decoded names and values in their order.
    package let query: [QueryItem]
    /// Host and port of the absolute form (`GET http://host/path`), which overrides the `Host` header.
    package let authority: String?

    package struct QueryItem: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    /// The first value under a name.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// - Throws: `malformed` for characters that are not allowed, broken escapes, text that is not UTF-8, control
    ///   characters, and the segments `.` and `..`, also when they are escaped.
    package init(_ raw: String, method: String) throws(HTTPError) {
        let bytes = Array(raw.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy({ ASCII.isVisible($0) && $0 != 0x23 }) else {
            throw .malformed(.badRequest, "the target has a character that is not allowed")
        }
        self.raw = raw
        if bytes == [0x2A], method == "OPTIONS" {
            (path, segments, query, authority) = ("*", [], [], nil)
            return
        }
        var rest = bytes[...]
        authority = try Self.removeAuthority(&rest)
        guard rest.first == 0x2F else { throw .malformed(.badRequest, "the target does not begin with a slash") }
        let question = rest.firstIndex(of: 0x3F) ?? rest.endIndex
        segments = try Self.segments(rest[..<question])
        path = "/" + segments.joined(separator: "/")
        query = question == rest.endIndex ? [] : try Self.items(rest[(question + 1)...])
    }

    /// Takes `http://authority` off the absolute form.
    private static func removeAuthority(_ rest: inout ArraySlice<UInt8>) throws(HTTPError) -> String? {
        let prefix = Array("http://".utf8)
        guard rest.count >= prefix.count, rest.prefix(prefix.count).map(ASCII.lowercased) == prefix else { return nil }
        rest.removeFirst(prefix.count)
        let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F }
        rest.removeFirst(authority.count)
        // `http://host?x` has an empty path, which means `/`.
        if rest.first != 0x2F { rest = [0x2F] + rest }
        guard !authority.isEmpty, !authority.contains(0x40) else {
            throw .malformed(.badRequest, "the target has no valid host")
        }
        return String(decoding: authority, as: UTF8.self)
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(HTTPError) -> [String] {
        var segments: [String] = []
        for part in path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
            let segment = try decode(part, plusIsSpace: false)
            guard segment != ".", segment != ".." else {
                throw .malformed(.badRequest, "the path has a segment of dots")
            }
            segments.append(segment)
        }
        return segments
    }

    private static func items(_ query: ArraySlice<UInt8>) throws(HTTPError) -> [QueryItem] {
        var items: [QueryItem] = []
        for part in query.split(separator: 0x26) {
            let name = part.prefix { $0 != 0x3D }
            let value = part[name.endIndex...].dropFirst()
            items.append(
                QueryItem(name: try decode(name, plusIsSpace: true), value: try decode(value, plusIsSpace: true)))
        }
        return items
    }

    /// A part of a URL with its escapes replaced.
    ///
    /// - Throws: `malformed`, as `init`.
    static func decoded(_ text: Substring) throws(HTTPError) -> String {
        try decode(Array(text.utf8)[...], plusIsSpace: false)
    }

    /// Replaces escapes (`%2F`). The result is valid UTF-8 without control characters.
    private static func decode(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) throws(HTTPError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case 0x25:
                guard index + 2 < text.endIndex, let high = ASCII.hexDigit(text[index + 1]),
                    let low = ASCII.hexDigit(text[index + 2])
                else { throw .malformed(.badRequest, "the target has a broken escape") }
                decoded.append(high << 4 | low)
                index += 3
            case 0x2B where plusIsSpace:
                decoded.append(ASCII.space)
                index += 1
            case let byte:
                decoded.append(byte)
                index += 1
            }
        }
        // In a query a line break is data; in a path nothing below a space is.
        guard plusIsSpace || decoded.allSatisfy({ $0 >= ASCII.space && $0 != 0x7F }) else {
            throw .malformed(.badRequest, "the path has a control character")
        }
        guard let result = String(validating: decoded, as: UTF8.self) else {
            throw .malformed(.badRequest, "the target is not UTF-8")
        }
        return result
    }
}
