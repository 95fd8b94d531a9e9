/// What a byte meant to a reader of calls.
enum ReadingStep {
    /// The call goes on.
    case reading
    /// The byte was the last of the call or of the list of calls.
    case finished
    /// The call was whole before this byte, which is not part of it.
    case ended
    /// This is no call: the byte and those before it are text.
    case failed
}

/// Reads what follows a trigger, byte by byte, so that chunks cannot matter.
protocol CallReader: Sendable {
    /// Reads one byte; whole calls and their parts go to `parts`.
    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep

    /// The output ended: true if what was read so far is whole, its calls then being in `parts`.
    mutating func finish(into parts: inout PartList) -> Bool
}

/// The tools a call may name.
struct CallableTools: Sendable {
    /// Nil if unknown: every name is then accepted, and values without type are strings.
    let signatures: [ToolSignature]?

    subscript(name: String) -> ToolSignature? { signatures?.first { $0.name == name } }

    /// Whether a call may have this name.
    func accepts(_ name: String) -> Bool { signatures == nil || self[name] != nil }
}

/// Bounds on what is held back while it is undecided.
package enum HeldLimit {
    /// Bytes of one call; a longer one is text.
    package static let call = 1 << 20
    /// Bytes of a name, or of a header before a call's arguments.
    static let name = 256
    /// Bytes of white space before a tag.
    static let space = 4096
}

/// ASCII classes of bytes, as the forms use them.
extension UInt8 {
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// Part of a name in a call: letters, digits, `_ - . :` and `/`, and everything beyond ASCII.
    var isNamePart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
            true
        default: "_-.:/".utf8.contains(self)
        }
    }
}

extension Sequence<UInt8> {
    /// The bytes as text, without white space at either end.
    var trimmedText: String {
        let bytes = Array(self)
        guard let first = bytes.firstIndex(where: { !$0.isSpace }), let last = bytes.lastIndex(where: { !$0.isSpace })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

extension [UInt8] {
    func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

    func hasSuffix(_ text: String) -> Bool {
        last == text.utf8.last && suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}
