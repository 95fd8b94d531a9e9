/// Writes header fields.
///
/// No value can begin a line of its own: control characters become spaces, and a field whose name is not a name is left
/// out.
enum FieldWriter {
    /// The lines of all fields but some.
    ///
    /// - Parameter names: in lower case.
    static func lines(_ headers: HTTPHeaders, without names: Set<String>) -> String {
        var lines = ""
        for field in headers.fields where !names.contains(field.name.lowercased()) {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(ASCII.isToken) else { continue }
            lines += "\(field.name): \(safe(field.value))\r\n"
        }
        return lines
    }

    private static func safe(_ value: String) -> String {
        if value.utf8.allSatisfy(ASCII.isFieldValue) { return value }
        return String(decoding: value.utf8.map { ASCII.isFieldValue($0) ? $0 : ASCII.space }, as: UTF8.self)
    }
}

/// Writes the chunks of a body whose length is not known in advance.
enum ChunkWriter {
    static let end = Array("0\r\n\r\n".utf8)

    /// A chunk; nothing for an empty part, which would end the body.
    static func chunk(_ part: [UInt8]) -> [UInt8] {
        guard !part.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(part.count + 20)
        bytes += String(part.count, radix: 16).utf8
        bytes += [ASCII.carriageReturn, ASCII.lineFeed]
        bytes += part
        bytes += [ASCII.carriageReturn, ASCII.lineFeed]
        return bytes
    }
}
