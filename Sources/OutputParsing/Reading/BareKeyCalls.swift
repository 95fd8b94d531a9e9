import JSON

/// Calls as Gemma writes them: `call:name{key:value,…}`, keys without quotation marks, strings between marks of
/// their own.
struct BareKeyCallSyntax: Sendable {
    /// What stands at both ends of a string.
    let quote: String
    /// What ends the call.
    let close: String
}

/// Reads one call, when its end has come.
struct BareKeyCallReader: CallReader {
    private let syntax: BareKeyCallSyntax
    private let tools: CallableTools
    private var bytes: [UInt8] = []
    private static let lead = Array("call:".utf8)

    init(syntax: BareKeyCallSyntax, tools: CallableTools) {
        self.syntax = syntax
        self.tools = tools
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        guard bytes.count >= Self.lead.count || byte == Self.lead[bytes.count] else { return .failed }
        bytes.append(byte)
        guard bytes.hasSuffix(syntax.close) else { return .reading }
        bytes.removeLast(syntax.close.utf8.count)
        return finish(into: &parts) ? .finished : .failed
    }

    mutating func finish(into parts: inout PartList) -> Bool {
        guard let brace = bytes.firstIndex(of: UInt8(ascii: "{")), brace >= Self.lead.count else { return false }
        let name = bytes[Self.lead.count..<brace].trimmedText
        guard !name.isEmpty, name.utf8.allSatisfy(\.isNamePart),
            let arguments = BareKeyValue.object(bytes[brace...], quote: syntax.quote)
        else { return false }
        parts.call(name, arguments)
        return true
    }
}

/// Reads Gemma's spelling of JSON: bare keys, marked strings; what is neither marked nor a JSON word is text too.
struct BareKeyValue {
    private let bytes: [UInt8]
    private let quote: [UInt8]
    private var offset = 0
    private static let depthLimit = 64

    /// A whole text that is one object; nil if it is none.
    static func object(_ bytes: some Sequence<UInt8>, quote: String) -> JSONObject? {
        var reader = BareKeyValue(bytes: Array(bytes), quote: Array(quote.utf8))
        guard let object = reader.object(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.offset == reader.bytes.count ? object : nil
    }

    private init(bytes: [UInt8], quote: [UInt8]) {
        self.bytes = bytes
        self.quote = quote
    }

    private mutating func object(depth: Int) -> JSONObject? {
        guard depth < Self.depthLimit, take("{") else { return nil }
        var object = JSONObject()
        while true {
            skipSpace()
            if take("}") { return object }
            guard let key = markedString() ?? bareText(until: ":{}[],"), take(":"), let value = value(depth: depth)
            else { return nil }
            object[key] = value
            skipSpace()
            if !take(","), next != UInt8(ascii: "}") { return nil }
        }
    }

    private mutating func array(depth: Int) -> [JSONValue]? {
        guard depth < Self.depthLimit, take("[") else { return nil }
        var elements: [JSONValue] = []
        while true {
            skipSpace()
            if take("]") { return elements }
            guard let value = value(depth: depth) else { return nil }
            elements.append(value)
            skipSpace()
            if !take(","), next != UInt8(ascii: "]") { return nil }
        }
    }

    private mutating func value(depth: Int) -> JSONValue? {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return object(depth: depth + 1).map(JSONValue.object)
        case UInt8(ascii: "["): return array(depth: depth + 1).map(JSONValue.array)
        default:
            if let text = markedString() { return .string(text) }
            return bareText(until: ",{}[]").map { LenientJSON.value($0) ?? .string($0) }
        }
    }

    private mutating func markedString() -> String? {
        guard bytes[offset...].starts(with: quote) else { return nil }
        var end = offset + quote.count
        while end < bytes.count {
            if bytes[end] == quote[0], bytes[end...].starts(with: quote) {
                defer { offset = end + quote.count }
                return String(decoding: bytes[(offset + quote.count)..<end], as: UTF8.self)
            }
            end += 1
        }
        return nil
    }

    private mutating func bareText(until ends: String) -> String? {
        let start = offset
        while let byte = next, !ends.utf8.contains(byte) { offset += 1 }
        let text = bytes[start..<offset].trimmedText
        return text.isEmpty ? nil : text
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard let byte = next, byte == character.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte.isSpace { offset += 1 }
    }
}
