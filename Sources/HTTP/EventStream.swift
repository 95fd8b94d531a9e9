/// Server-sent events (the format `text/event-stream` of the HTML standard).
package enum EventStream {
    /// Headers of a reply that streams events: no cache keeps it and no proxy collects it.
    package static let headers: HTTPHeaders = [
        "Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
    ]

    /// One event. Line breaks inside the data are framed, those in its name are left out.
    package static func event(_ data: String, name: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        if let name { bytes += Array("event: \(name.filter { !$0.isNewline })\n".utf8) }
        appendLines(data, after: "data: ", to: &bytes)
        bytes.append(ASCII.lineFeed)
        return bytes
    }

    /// A line that clients ignore: keeps proxies from taking silence for a dead connection.
    package static func comment(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        appendLines(text, after: ": ", to: &bytes)
        bytes.append(ASCII.lineFeed)
        return bytes
    }

    /// A line ends with CR, LF or both.
    private static func appendLines(_ text: String, after prefix: String, to bytes: inout [UInt8]) {
        bytes += Array(prefix.utf8)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            defer { previous = byte }
            if byte == ASCII.lineFeed, previous == ASCII.carriageReturn { continue }
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                bytes.append(ASCII.lineFeed)
                bytes += Array(prefix.utf8)
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(ASCII.lineFeed)
    }
}
