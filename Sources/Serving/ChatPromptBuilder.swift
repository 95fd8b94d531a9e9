import ChatTemplates
import Inference
import JSON
import Tokenization
import WireFormats

/// A conversation as the tokens that a model continues.
struct ChatPromptBuilder {
    let model: ServedModel
    let request: ChatRequest
    let now: LocalTime

    struct Result {
        var rendered: RenderedChat
        var tokens: [TokenID]
        /// Tokens of messages that were left out so that the rest fits.
        var truncatedTokens = 0
    }

    /// Renders and tokenises; leaves old messages out where the request allows it.
    ///
    /// - Throws: `WireError` if the model has no template or the conversation does not fit, or what the template raises.
    func build(contextLength: Int) throws -> Result {
        guard let format = model.format else {
            throw WireError(.unsupported, "\"\(request.model)\" does not support chat: it has no chat template")
        }
        var messages = completeMessages()
        let full = try render(messages, format)
        var result = full
        while result.tokens.count >= contextLength, request.truncates == true, dropOldest(&messages) {
            result = try render(messages, format)
        }
        guard result.tokens.count < contextLength else {
            throw OllamaError.promptTooLong(promptTokens: full.tokens.count, contextLength: contextLength)
        }
        result.truncatedTokens = full.tokens.count - result.tokens.count
        return result
    }

    /// The model's own system message unless the request brings one, the model's messages, the request's.
    private func completeMessages() -> [Message] {
        var messages = model.entry.messages + request.messages
        if let system = model.entry.system, !system.isEmpty, request.messages.first?.role != .system {
            messages.insert(Message(role: .system, text: system), at: 0)
        }
        return messages
    }

    /// Removes the oldest message that is no system message and not the last one.
    private func dropOldest(_ messages: inout [Message]) -> Bool {
        guard let index = messages.dropLast().firstIndex(where: { $0.role != .system }) else { return false }
        messages.remove(at: index)
        return true
    }

    private func render(_ messages: [Message], _ format: ChatFormat) throws -> Result {
        var chat = Chat(messages: messages.map(\.templateValue))
        if !request.tools.isEmpty, request.toolChoice != .none { chat.tools = request.tools.map(\.definition) }
        chat.extra = templateVariables()
        let rendered = try format.render(chat, now: now)
        return Result(rendered: rendered, tokens: format.tokens(of: rendered))
    }

    /// Thinking under the names that templates ask for it by, and what the request adds.
    private func templateVariables() -> JSONObject {
        var variables = JSONObject()
        switch request.thinking {
        case .unset: break
        case .off: (variables["enable_thinking"], variables["thinking"]) = (false, false)
        case .on: (variables["enable_thinking"], variables["thinking"]) = (true, true)
        case .level(let level):
            (variables["enable_thinking"], variables["thinking"]) = (true, true)
            variables["reasoning_effort"] = .string(level == .max ? "high" : level.rawValue)
        }
        for (name, value) in request.templateArguments.members { variables[name] = value }
        return variables
    }
}

extension Message {
    /// The message as chat templates read it.
    fileprivate var templateValue: JSONValue {
        var members = JSONObject()
        members["role"] = .string(role.name)
        members["content"] = .string(text)
        if let thinking { members["thinking"] = .string(thinking) }
        if !toolCalls.isEmpty { members["tool_calls"] = .array(toolCalls.map(\.templateValue)) }
        if let toolName { members["name"] = .string(toolName) }
        if let toolName { members["tool_name"] = .string(toolName) }
        if let toolCallID { members["tool_call_id"] = .string(toolCallID) }
        return .object(members)
    }
}

extension ToolCall {
    fileprivate var templateValue: JSONValue {
        var members = JSONObject()
        if !id.isEmpty { members["id"] = .string(id) }
        members["type"] = "function"
        members["function"] = ["name": .string(name), "arguments": .object(arguments)]
        return .object(members)
    }
}
