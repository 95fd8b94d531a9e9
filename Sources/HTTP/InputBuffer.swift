/// Bytes that came and are not yet parsed.
///
/// Finding a line remembers where it stopped, so a line that comes byte by byte costs its length once.
struct InputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0
    private var scanned = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: [UInt8]) {
        if start == bytes.count {
            bytes = more
            scanned = 0
            start = 0
        } else {
            if start > 4096, start > bytes.count / 2 { compact() }
            bytes.append(contentsOf: more)
        }
    }

    /// The next line without its CR LF, nil if it is not complete.
    ///
    /// - Throws: `tooLong` (the status given by the caller) past the limit; `malformed` for a line feed on its own.
    mutating func line(limit: Int, tooLong: HTTPStatus) throws(HTTPError) -> ArraySlice<UInt8>? {
        scanned = max(scanned, start)
        while scanned < bytes.count, bytes[scanned] != ASCII.lineFeed { scanned += 1 }
        let isComplete = scanned < bytes.count
        guard scanned - start <= limit + 1 else { throw .malformed(tooLong, "a line has more than \(limit) bytes") }
        guard isComplete else { return nil }
        guard scanned > start, bytes[scanned - 1] == ASCII.carriageReturn else {
            throw .malformed(.badRequest, "a line ends without a carriage return")
        }
        let line = bytes[start..<scanned - 1]
        scanned += 1
        start = scanned
        return line
    }

    /// Takes at most so many bytes.
    mutating func take(atMost limit: Int) -> [UInt8] {
        let count = min(limit, count)
        defer {
            start += count
            if start == bytes.count { reset() }
        }
        if start == 0, count == bytes.count { return bytes }
        return Array(bytes[start..<start + count])
    }

    private mutating func compact() {
        bytes.removeFirst(start)
        scanned = max(0, scanned - start)
        start = 0
    }

    private mutating func reset() {
        bytes = []
        start = 0
        scanned = 0
    }
}
