import JSON

/// Calls in tags, one for the name and one for each argument, as in
/// `<function=NAME><parameter=KEY>VALUE</parameter></function>`.
///
/// A name or key may be followed by attributes, as in `NAME" index="1`: they begin at its first quotation mark.
struct TaggedCallSyntax: Sendable {
    /// Before the name; nil if the name follows the trigger.
    var nameOpen: String?
    /// After the name; empty if it lasts until an argument or the call's end.
    var nameClose = ""
    var keyOpen: String
    var keyClose: String
    /// Before the value; nil if it follows the key's end.
    var valueOpen: String?
    var valueClose: String
    var callClose: String
    /// Whether one line break at either end of a value is layout.
    var stripsLineBreaks = false
    /// Whether something else stands between the trigger and the name's opening, such as a header.
    var hasHeader = false
    /// Whether a value may be wrapped in `<![CDATA[` and `]]>`.
    var allowsCDATA = false
}

/// Reads one call in tags.
struct TaggedCallReader: CallReader {
    private enum State {
        /// One of these comes next, perhaps after white space.
        case expecting([Tag])
        /// Text until one of these.
        case until([Tag])
    }

    private enum Tag { case nameOpen, nameClose, keyOpen, keyClose, valueOpen, valueClose, callClose }

    private let syntax: TaggedCallSyntax
    private let tools: CallableTools
    private var state: State
    private var bytes: [UInt8] = []
    private var name = ""
    private var key: [UInt8] = []
    private var arguments = JSONObject()
    private static let cdataOpen = "<![CDATA["
    private static let cdataClose = "]]>"

    init(syntax: TaggedCallSyntax, tools: CallableTools) {
        self.syntax = syntax
        self.tools = tools
        state =
            if syntax.nameOpen == nil {
                .until(Self.nameEnds(syntax))
            } else {
                syntax.hasHeader ? .until([.nameOpen]) : .expecting([.nameOpen])
            }
    }

    private static func nameEnds(_ syntax: TaggedCallSyntax) -> [Tag] {
        syntax.nameClose.isEmpty ? [.keyOpen, .callClose] : [.nameClose]
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        switch state {
        case .expecting(let tags):
            if bytes.isEmpty, byte.isSpace { return .reading }
            bytes.append(byte)
            for tag in tags where text(of: tag).utf8.starts(with: bytes) {
                guard bytes.count == text(of: tag).utf8.count else { return .reading }
                bytes = []
                return enter(after: tag, into: &parts)
            }
            return .failed
        case .until(let tags):
            bytes.append(byte)
            for tag in tags {
                let end = text(of: tag)
                guard bytes.hasSuffix(end) else { continue }
                bytes.removeLast(end.utf8.count)
                guard take(before: tag) else { return .failed }
                return enter(after: tag, into: &parts)
            }
            return isTooLong ? .failed : .reading
        }
    }

    /// Ends a call whose closing tag the model left out.
    mutating func finish(into parts: inout PartList) -> Bool {
        guard case .expecting(let tags) = state, tags.contains(.callClose), !name.isEmpty else { return false }
        parts.call(name, arguments)
        return true
    }

    /// Names and keys are bounded more tightly than values: a tag in running text is soon seen to be none.
    private var isTooLong: Bool {
        if case .until([.valueClose]) = state { return false }
        return bytes.count > HeldLimit.name
    }

    private func text(of tag: Tag) -> String {
        switch tag {
        case .nameOpen: syntax.nameOpen ?? ""
        case .nameClose: syntax.nameClose
        case .keyOpen: syntax.keyOpen
        case .keyClose: syntax.keyClose
        case .valueOpen: syntax.valueOpen ?? ""
        case .valueClose: isInCDATA ? Self.cdataClose + syntax.valueClose : syntax.valueClose
        case .callClose: syntax.callClose
        }
    }

    private var isInCDATA: Bool { syntax.allowsCDATA && bytes.hasPrefix(Self.cdataOpen) }

    /// Keeps the text that a tag ended; false if it cannot be what it should be.
    private mutating func take(before tag: Tag) -> Bool {
        defer { bytes = [] }
        switch tag {
        case .nameOpen: return true
        case .keyClose: key = bytes
        case .valueClose:
            if isInCDATA { bytes.removeFirst(Self.cdataOpen.utf8.count) }
            add(value: bytes)
        default:
            guard name.isEmpty else { return true }
            name = bytes.prefix { $0 != UInt8(ascii: "\"") }.trimmedText
            return !name.isEmpty && name.utf8.allSatisfy(\.isNamePart)
        }
        return true
    }

    private mutating func enter(after tag: Tag, into parts: inout PartList) -> ReadingStep {
        switch tag {
        case .nameOpen: state = .until(Self.nameEnds(syntax))
        case .nameClose, .valueClose: state = .expecting([.keyOpen, .callClose])
        case .keyOpen: state = .until([.keyClose])
        case .keyClose: state = syntax.valueOpen == nil ? .until([.valueClose]) : .expecting([.valueOpen])
        case .valueOpen: state = .until([.valueClose])
        case .callClose:
            parts.call(name, arguments)
            return .finished
        }
        return .reading
    }

    private mutating func add(value: [UInt8]) {
        var value = value[...]
        if syntax.stripsLineBreaks {
            if value.first == 0x0A { value.removeFirst() }
            if value.last == 0x0A { value.removeLast() }
        }
        let header = key.split(separator: UInt8(ascii: "\""), maxSplits: 1, omittingEmptySubsequences: false)
        let parameter = (header.first ?? []).trimmedText
        let attributes = String(decoding: header.dropFirst().first ?? [], as: UTF8.self)
        let text = String(decoding: value, as: UTF8.self)
        arguments[parameter] =
            if let isText = Self.isText(attributes) {
                isText ? .string(text) : LenientJSON.value(text) ?? .string(text)
            } else {
                ArgumentTyping.value(text, of: parameter, in: tools[name])
            }
    }

    /// What a key's attributes say about its value: `string="false"`, `type="number"`; nil if nothing.
    private static func isText(_ attributes: String) -> Bool? {
        if attributes.contains("string=\"true") || attributes.contains("type=\"string") { return true }
        return attributes.contains("string=\"") || attributes.contains("type=\"") ? false : nil
    }
}
