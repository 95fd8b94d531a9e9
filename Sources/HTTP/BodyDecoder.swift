/// Takes a message's body out of a stream of bytes: by length, by chunks, or up to the end.
struct BodyDecoder: Sendable {
    /// Where the body ends.
    enum Framing: Equatable, Sendable {
        case none
        case length(Int)
        case chunked
        /// Replies of old servers: whatever comes until the connection is closed.
        case untilClose
    }

    enum Step: Equatable, Sendable {
        case bytes([UInt8])
        case end
    }

    private enum State {
        case counted(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
        case open
        case ended
    }

    private var state: State
    private var total = 0
    private var extensionBytes = 0
    private var trailers: FieldSection
    private let limits: HTTPLimits

    init(_ framing: Framing, limits: HTTPLimits) {
        self.limits = limits
        trailers = FieldSection(limits: limits)
        state =
            switch framing {
            case .none: .counted(left: 0)
            case .length(let count): .counted(left: count)
            case .chunked: .chunkSize
            case .untilClose: .open
            }
    }

    /// Bytes that are still to come, if the length was announced.
    var bytesLeft: Int? {
        switch state {
        case .counted(let left): left
        case .ended: 0
        default: nil
        }
    }

    /// Whether the body may end when the connection does.
    var mayEndWithConnection: Bool {
        if case .open = state { true } else { false }
    }

    /// The next part of the body, nil if more bytes are needed.
    mutating func next(from buffer: inout InputBuffer) throws(HTTPError) -> Step? {
        while true {
            switch state {
            case .counted(left: 0), .ended:
                state = .ended
                return .end
            case .counted(let left):
                guard !buffer.isEmpty else { return nil }
                let part = buffer.take(atMost: left)
                state = .counted(left: left - part.count)
                return .bytes(part)
            case .open:
                guard !buffer.isEmpty else { return nil }
                let part = buffer.take(atMost: .max)
                try count(part.count)
                return .bytes(part)
            case .chunkSize:
                guard let line = try buffer.line(limit: 256, tooLong: .badRequest) else { return nil }
                let size = try chunkSize(line)
                try count(size)
                state = size == 0 ? .trailers : .chunk(left: size)
            case .chunk(left: 0):
                state = .chunkEnd
            case .chunk(let left):
                guard !buffer.isEmpty else { return nil }
                let part = buffer.take(atMost: left)
                state = .chunk(left: left - part.count)
                return .bytes(part)
            case .chunkEnd:
                // Two bytes have to come; anything else is a wrong size, which must not shift the rest by a byte.
                guard let line = try buffer.line(limit: 0, tooLong: .badRequest) else { return nil }
                guard line.isEmpty else { throw .malformed(.badRequest, "a chunk is longer than its size") }
                state = .chunkSize
            case .trailers:
                guard try trailers.read(from: &buffer) else { return nil }
                state = .ended
            }
        }
    }

    private mutating func count(_ more: Int) throws(HTTPError) {
        guard more <= limits.bodyBytes - total else { throw .malformed(.contentTooLarge, "the body is too large") }
        total += more
    }

    /// Reads `1a2b` or `1a2b;extension`: hexadecimal digits only, no space before the semicolon.
    private mutating func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        let digits = line.prefix { $0 != 0x3B }
        guard !digits.isEmpty, digits.count <= 15 else { throw .malformed(.badRequest, "a chunk has no valid size") }
        var size = 0
        for byte in digits {
            guard let digit = ASCII.hexDigit(byte) else {
                throw .malformed(.badRequest, "a chunk has no valid size")
            }
            size = size << 4 | Int(digit)
        }
        let rest = line[digits.endIndex...]
        guard rest.allSatisfy(ASCII.isFieldValue) else {
            throw .malformed(.badRequest, "a chunk extension has a character that is not allowed")
        }
        extensionBytes += rest.count
        guard extensionBytes <= limits.chunkExtensionBytes else {
            throw .malformed(.badRequest, "the chunk extensions are too long")
        }
        return size
    }
}
