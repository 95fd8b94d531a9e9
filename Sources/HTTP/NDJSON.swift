/// Newline-delimited JSON: one document per line.
package enum NDJSON {
    package static let contentType = "application/x-ndjson"

    /// A document's line. In JSON text a line break can only stand between tokens, where a space means the same.
    package static func line(_ document: some Sequence<UInt8>) -> [UInt8] {
        var line = document.map { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn ? ASCII.space : $0 }
        line.append(ASCII.lineFeed)
        return line
    }
}

/// Takes lines out of bytes that come in pieces of any size: a value. Empty lines are left out.
package struct LineReader: Sendable {
    private let limit: Int
    private var bytes: [UInt8] = []
    private var start = 0
    private var scanned = 0

    /// - Parameter limit: bytes of the longest line.
    package init(limit: Int) { self.limit = limit }

    package mutating func append(_ more: [UInt8]) {
        bytes.removeFirst(start)
        scanned -= start
        start = 0
        bytes += more
    }

    /// The next whole line without its line break, nil if more bytes are needed.
    ///
    /// - Throws: `bodyTooLarge` past the limit.
    package mutating func next() throws(HTTPError) -> [UInt8]? {
        while scanned < bytes.count {
            guard bytes[scanned] == ASCII.lineFeed else {
                scanned += 1
                continue
            }
            let line = bytes[start..<scanned]
            scanned += 1
            start = scanned
            if let trimmed = try Self.trimmed(line, limit: limit) { return trimmed }
        }
        guard scanned - start <= limit + 1 else { throw .bodyTooLarge(limit: limit) }
        return nil
    }

    /// At the end of the bytes: the last line, if it has no line break.
    package mutating func finish() throws(HTTPError) -> [UInt8]? {
        defer { (bytes, start, scanned) = ([], 0, 0) }
        return try Self.trimmed(bytes[start...], limit: limit)
    }

    private static func trimmed(_ line: ArraySlice<UInt8>, limit: Int) throws(HTTPError) -> [UInt8]? {
        let line = line.last == ASCII.carriageReturn ? line.dropLast() : line
        guard line.count <= limit else { throw .bodyTooLarge(limit: limit) }
        return line.isEmpty ? nil : Array(line)
    }
}
