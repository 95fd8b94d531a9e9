import JSON

/// Calls whose arguments are JSON: `{"name": …, "arguments": {…}}`, lists of these, and a name before an object.
struct JSONCallSyntax: Sendable {
    /// Members that hold the name.
    var nameKeys = ["name", "tool_name"]
    /// Members that hold the arguments.
    var argumentKeys = ["arguments", "parameters"]
    /// Reads the name from what stands between the trigger and `{`; nil if nothing may stand there but `[`.
    var name: (@Sendable (String) -> String?)?
    /// Whether an object's only member is the call: its name the tool, its value the arguments.
    var hasNameAsKey = false
    /// Whether only objects count that name a known tool and give arguments: for forms without a mark of their own.
    var isBare = false
}

/// Reads calls in JSON. Arguments are handed on as they come once the name is known.
struct JSONCallReader: CallReader {
    private enum State {
        case header
        case object(JSONCallObject)
        case arguments(JSONArguments)
        case betweenElements
    }

    private let syntax: JSONCallSyntax
    private let tools: CallableTools
    private var state = State.header
    private var header: [UInt8] = []
    private var isList = false

    init(syntax: JSONCallSyntax, tools: CallableTools) {
        self.syntax = syntax
        self.tools = tools
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        switch state {
        case .header: return readHeader(byte, into: &parts)
        case .object(var object):
            state = .betweenElements
            let step = object.read(byte, into: &parts)
            if case .finished = step { return isList ? .reading : .finished }
            state = .object(object)
            return step
        case .arguments(var arguments):
            state = .betweenElements
            let step = arguments.read(byte, into: &parts)
            state = .arguments(arguments)
            return step
        case .betweenElements:
            return readBetweenElements(byte, into: &parts)
        }
    }

    mutating func finish(into parts: inout PartList) -> Bool {
        switch state {
        case .header, .arguments: false
        case .object(let object): object.isWhole
        case .betweenElements: true
        }
    }

    private mutating func readHeader(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        guard byte == UInt8(ascii: "{") else {
            header.append(byte)
            let isBeginning = byte.isSpace || header.trimmedText == "["
            return isBeginning || syntax.name != nil && header.count <= HeldLimit.name ? .reading : .failed
        }
        switch header.trimmedText {
        case "": break
        case "[": isList = true
        case let text:
            guard let name = syntax.name?(text), !name.isEmpty else { return .failed }
            state = .arguments(JSONArguments(name: name, into: &parts))
            return read(byte, into: &parts)
        }
        state = .object(JSONCallObject(syntax: syntax, tools: tools))
        return .reading
    }

    private mutating func readBetweenElements(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        switch byte {
        case UInt8(ascii: "{"):
            state = .object(JSONCallObject(syntax: syntax, tools: tools))
            return .reading
        case UInt8(ascii: "]"): return .finished
        case UInt8(ascii: ","): return .reading
        default: return byte.isSpace ? .reading : .ended
        }
    }
}

/// The arguments of a call whose name is known, handed on byte by byte.
struct JSONArguments: Sendable {
    let name: String
    private var capture = JSONCapture()

    init(name: String, into parts: inout PartList) {
        self.name = name
        parts.beginCall(name)
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        let count = capture.bytes.count
        let place = capture.read(byte)
        if place == .last {
            guard let object = LenientJSON.value(capture.bytes)?.objectValue else { return .failed }
            parts.arguments(byte)
            parts.endCall(name, object)
            return .finished
        }
        for byte in capture.bytes[count...] { parts.arguments(byte) }
        return .reading
    }
}
