import JSON

/// Reads one object that is a call, its `{` already seen.
struct JSONCallObject: Sendable {
    private enum State {
        case beforeKey
        case key(JSONCapture)
        case beforeColon
        case beforeValue
        case value(JSONCapture)
        case arguments(JSONArguments)
        case afterValue
    }

    private let syntax: JSONCallSyntax
    private let tools: CallableTools
    private var state = State.beforeKey
    private var key = ""
    private var name: String?
    /// Arguments that came before the name.
    private var earlyArguments: JSONObject?
    /// Other members, which may hold the call itself.
    private var others = JSONObject()
    /// Whether the call was handed out; the rest of the object does not matter any more.
    private(set) var isWhole = false

    init(syntax: JSONCallSyntax, tools: CallableTools) {
        self.syntax = syntax
        self.tools = tools
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        let step = advance(byte, into: &parts)
        // A whole call stays one, whatever becomes of the object around it.
        if case .failed = step, isWhole { return .ended }
        return step
    }

    private mutating func advance(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        switch state {
        case .beforeKey, .beforeColon, .beforeValue, .afterValue:
            return byte.isSpace ? .reading : readBetween(byte, into: &parts)
        case .key(var capture):
            state = .beforeKey
            if capture.read(byte) == .last {
                guard let text = LenientJSON.value(capture.bytes)?.stringValue else { return .failed }
                key = text
                state = .beforeColon
            } else {
                guard capture.bytes.count <= HeldLimit.name else { return .failed }
                state = .key(capture)
            }
            return .reading
        case .value(var capture):
            state = .afterValue
            switch capture.read(byte) {
            case .inside:
                state = .value(capture)
                return .reading
            case .last: return keep(capture.bytes, into: &parts)
            case .behind:
                guard case .reading = keep(capture.bytes, into: &parts) else { return .failed }
                return advance(byte, into: &parts)
            }
        case .arguments(var arguments):
            state = .afterValue
            let step = arguments.read(byte, into: &parts)
            switch step {
            case .finished:
                isWhole = true
                return .reading
            case .reading: state = .arguments(arguments)
            case .ended, .failed: break
            }
            return step
        }
    }

    /// A byte that is no white space, between names and values.
    private mutating func readBetween(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        switch (state, byte) {
        case (.beforeKey, UInt8(ascii: "\"")):
            var capture = JSONCapture()
            _ = capture.read(byte)
            state = .key(capture)
        case (.beforeColon, UInt8(ascii: ":")): state = .beforeValue
        case (.beforeValue, _): return beginValue(byte, into: &parts)
        case (.afterValue, UInt8(ascii: ",")): state = .beforeKey
        case (.afterValue, UInt8(ascii: "}")), (.beforeKey, UInt8(ascii: "}")): return end(into: &parts)
        default: return .failed
        }
        return .reading
    }

    private mutating func beginValue(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        let isObject = byte == UInt8(ascii: "{")
        if isObject, !isWhole, let callee = callee, tools.accepts(callee) || !syntax.isBare {
            var arguments = JSONArguments(name: callee, into: &parts)
            let step = arguments.read(byte, into: &parts)
            state = .arguments(arguments)
            return step
        }
        var capture = JSONCapture()
        guard capture.read(byte) != .behind else { return .failed }
        state = .value(capture)
        return .reading
    }

    /// The tool whose arguments the next value is, if it is one's.
    private var callee: String? {
        if syntax.hasNameAsKey, !syntax.nameKeys.contains(key), !syntax.argumentKeys.contains(key) { return key }
        return syntax.argumentKeys.contains(key) ? name : nil
    }

    /// Keeps a member that was not handed on while it came.
    private mutating func keep(_ bytes: [UInt8], into parts: inout PartList) -> ReadingStep {
        guard let value = LenientJSON.value(bytes) else { return .failed }
        if isWhole { return .reading }
        if syntax.nameKeys.contains(key), let text = value.stringValue {
            guard !text.isEmpty, !syntax.isBare || tools.accepts(text) else { return .failed }
            name = text
        } else if syntax.argumentKeys.contains(key) {
            guard let arguments = LenientJSON.arguments(value) else { return .failed }
            earlyArguments = arguments
        } else {
            // A bare object that begins with something else is an answer in JSON: not to be held back.
            guard !syntax.isBare || name != nil || ["type", "id", "function"].contains(key) else { return .failed }
            others[key] = value
        }
        if let name, let earlyArguments { hand(name, earlyArguments, to: &parts) }
        return .reading
    }

    private mutating func hand(_ name: String, _ arguments: JSONObject, to parts: inout PartList) {
        parts.call(name, arguments)
        isWhole = true
    }

    /// The object's end: what was not handed out yet is a call without arguments, or one inside `function`.
    private mutating func end(into parts: inout PartList) -> ReadingStep {
        if isWhole { return .finished }
        if let name, !syntax.isBare {
            hand(name, JSONObject(), to: &parts)
            return .finished
        }
        let function = others["function"]
        guard let callee = function?["name"]?.stringValue, !callee.isEmpty, !syntax.isBare || tools.accepts(callee),
            let arguments = LenientJSON.arguments(syntax.argumentKeys.lazy.compactMap { function?[$0] }.first)
        else { return .failed }
        hand(callee, arguments, to: &parts)
        return .finished
    }
}
