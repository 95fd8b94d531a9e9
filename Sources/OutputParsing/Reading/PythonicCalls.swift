import JSON

/// Calls as Python writes them: `[f(a=1), g(b="x")]`.
struct PythonicCallSyntax: Sendable {
    /// What ends the calls; nil if the `]` of their list does.
    var close: String?
    /// Whether only calls of known tools count: for forms without a mark of their own.
    var isBare = false
}

/// Reads calls as Python writes them, when their end has come.
struct PythonicCallReader: CallReader {
    /// The list must begin so, or it is none.
    private enum Head { case bracket, name, inName, done }

    private let syntax: PythonicCallSyntax
    private let tools: CallableTools
    private var head: Head
    private var bytes: [UInt8] = []
    private var depth = 0
    private var quote: UInt8?
    private var isEscaped = false

    init(syntax: PythonicCallSyntax, tools: CallableTools) {
        self.syntax = syntax
        self.tools = tools
        head = syntax.close == nil ? .bracket : .name
    }

    mutating func read(_ byte: UInt8, into parts: inout PartList) -> ReadingStep {
        guard head == .done || readHead(byte) else { return .failed }
        bytes.append(byte)
        if let close = syntax.close {
            // Looked for within strings too: an unclosed one must not swallow the rest of the answer.
            guard bytes.hasSuffix(close) else { return .reading }
            bytes.removeLast(close.utf8.count)
            return handOut(into: &parts) ? .finished : .failed
        }
        guard closesList(byte) else { return .reading }
        return handOut(into: &parts) ? .finished : .failed
    }

    mutating func finish(into parts: inout PartList) -> Bool { syntax.close != nil && handOut(into: &parts) }

    /// Whether the byte fits the beginning of a list of calls: `[`, a name, `(`.
    private mutating func readHead(_ byte: UInt8) -> Bool {
        switch head {
        case .bracket where byte == UInt8(ascii: "["): head = .name
        case .name where byte == UInt8(ascii: "[") && syntax.close != nil && !bytes.contains(byte): break
        case .name where byte.isNamePart: head = .inName
        case .inName where byte == UInt8(ascii: "("): head = .done
        case .inName: return byte.isNamePart && bytes.count <= HeldLimit.name
        case .bracket, .name: return byte.isSpace && bytes.count <= HeldLimit.name
        case .done: break
        }
        return true
    }

    /// Follows brackets and strings; true at the bracket that closes the first one.
    private mutating func closesList(_ byte: UInt8) -> Bool {
        if let quote {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == quote {
                self.quote = nil
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"):
            depth -= 1
            return depth == 0
        default: break
        }
        return false
    }

    private func handOut(into parts: inout PartList) -> Bool {
        guard let calls = PythonLiteral.calls(bytes), !calls.isEmpty else { return false }
        var whole: [(name: String, arguments: JSONObject)] = []
        for call in calls {
            guard !syntax.isBare || tools.accepts(call.name), let arguments = arguments(of: call) else { return false }
            whole.append((call.name, arguments))
        }
        for call in whole { parts.call(call.name, call.arguments) }
        return true
    }

    /// Values without a name go to the schema's parameters in order.
    private func arguments(of call: PythonLiteral.Call) -> JSONObject? {
        let names = tools[call.name]?.parameterNames ?? []
        guard call.positional.count <= names.count else { return nil }
        return JSONObject(zip(names, call.positional).map { (key: $0, value: $1) } + call.named.members)
    }
}
