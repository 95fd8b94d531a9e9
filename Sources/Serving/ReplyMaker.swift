import Inference
import OutputParsing
import WireFormats

/// Makes a reply's events out of an engine's: splits text into thinking, answer and tool calls, and counts.
struct ReplyMaker {
    private let model: ServedModel
    private var parser: OutputParser?
    private var isThinking = false
    private var reasoningTokens = 0
    /// Calls that were announced, by index, so that all parts of one carry one id.
    private var callIDs: [Int: String] = [:]
    private(set) var generated: [Int32] = []

    /// - Parameter parser: nil for text that is delivered as it is.
    init(_ model: ServedModel, parser: OutputParser?) {
        self.model = model
        self.parser = parser
    }

    /// The events of a generated token.
    mutating func events(of token: GeneratedToken) -> [ReplyEvent] {
        generated.append(token.token)
        var events = token.logProbabilities.map { [ReplyEvent.logProbabilities([model.wire($0)])] } ?? []
        guard parser != nil else {
            return token.text.isEmpty ? events : events + [.text(token.text)]
        }
        let parts = parser?.append(token.text) ?? []
        if case .thinking? = parts.last { isThinking = true } else if !parts.isEmpty { isThinking = false }
        if isThinking { reasoningTokens += 1 }
        events += parts.map { event(of: $0) }
        return events
    }

    /// The last events before the end.
    mutating func events(ofRemaining text: String) -> [ReplyEvent] {
        guard parser != nil else { return text.isEmpty ? [] : [.text(text)] }
        let parts = (parser?.append(text) ?? []) + (parser?.finish() ?? [])
        return parts.map { event(of: $0) }
    }

    /// What the answer cost.
    func usage(_ statistics: GenerationStatistics) -> Usage {
        var usage = Usage(promptTokens: statistics.promptTokens, completionTokens: statistics.generatedTokens)
        usage.cachedTokens = statistics.cachedTokens
        usage.reasoningTokens = reasoningTokens
        return usage
    }

    private mutating func event(of part: OutputPart) -> ReplyEvent {
        switch part {
        case .thinking(let text): return .thinking(text)
        case .text(let text): return .text(text)
        case .toolCallBegan(let index, let name): return .toolCallBegan(index: index, id: id(of: index), name: name)
        case .toolCallArguments(let index, let text): return .toolCallArguments(index: index, text)
        case .toolCall(let index, let name, let arguments):
            return .toolCall(index: index, ToolCall(id: id(of: index), name: name, arguments: arguments))
        }
    }

    private mutating func id(of call: Int) -> String {
        let id = callIDs[call] ?? RandomID.text("call_", length: 8)
        callIDs[call] = id
        return id
    }
}

/// Names for things that clients refer to later.
enum RandomID {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    /// A prefix and so many random letters and digits.
    static func text(_ prefix: String, length: Int) -> String {
        var text = prefix
        // Each random number costs a call of the system, and holds twelve letters: 36¹² < 2⁶⁴.
        var random: UInt64 = 0
        for index in 0..<length {
            if index % 12 == 0 { random = .random(in: 0...UInt64.max) }
            text.append(letters[Int(random % 36)])
            random /= 36
        }
        return text
    }
}
