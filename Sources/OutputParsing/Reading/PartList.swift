import JSON

/// Gathers parts, joining neighbours of the same kind.
struct PartList: Sendable {
    private enum Run: Equatable { case none, text, thinking, arguments(Int) }

    private var parts: [OutputPart] = []
    private var run = Run.none
    private var bytes: [UInt8] = []
    /// Index of the next call.
    private(set) var callCount = 0
    /// Calls that came whole.
    private(set) var wholeCallCount = 0

    mutating func text(_ byte: UInt8) { append(byte, to: .text) }
    mutating func thinking(_ byte: UInt8) { append(byte, to: .thinking) }

    mutating func beginCall(_ name: String) {
        flush()
        parts.append(.toolCallBegan(index: callCount, name: name))
        callCount += 1
    }

    /// More of the arguments of the call that began last.
    mutating func arguments(_ byte: UInt8) { append(byte, to: .arguments(callCount - 1)) }

    /// The call that began last is whole.
    mutating func endCall(_ name: String, _ arguments: JSONObject) {
        flush()
        parts.append(.toolCall(index: callCount - 1, name: name, arguments: arguments))
        wholeCallCount += 1
    }

    /// A call that came in one piece.
    mutating func call(_ name: String, _ arguments: JSONObject) {
        beginCall(name)
        for byte in JSONWriter.bytes(.object(arguments)) { self.arguments(byte) }
        endCall(name, arguments)
    }

    /// Hands out what was gathered. Bytes in hand end at a character's end, since input and markers do.
    mutating func take() -> [OutputPart] {
        flush()
        defer { parts = [] }
        return parts
    }

    private mutating func append(_ byte: UInt8, to kind: Run) {
        if run != kind {
            flush()
            run = kind
        }
        bytes.append(byte)
    }

    private mutating func flush() {
        guard !bytes.isEmpty else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        switch run {
        case .none: break
        case .text: parts.append(.text(text))
        case .thinking: parts.append(.thinking(text))
        case .arguments(let index): parts.append(.toolCallArguments(index: index, text))
        }
        bytes.removeAll(keepingCapacity: true)
        run = .none
    }
}
