package import JSON

/// `POST /v1/messages` and `POST /v1/messages/count_tokens`: reading requests.
package enum AnthropicMessages {
    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> ChatRequest {
        let object = try RequestObject(json, dialect: .anthropic)
        guard let limit = try object.int("max_tokens") else { throw object.missing("max_tokens") }
        guard limit > 0 else { throw object.error("max_tokens", "max_tokens must be greater than 0") }
        var request = try conversation(object)
        request.options = try object.ollamaOptions()
        try request.options.read(object)
        request.options.maximumTokens = limit
        if let stop = try GenerationOptions.stop(of: object, named: "stop_sequences") { request.options.stop = stop }
        request.responseFormat = try format(object)
        request.keepAlive = try object.keepAlive()
        request.style = ReplyStyle(streams: try object.bool("stream") ?? false)
        return request
    }

    /// Reads a request to count the tokens of a prompt; it has no limits and no options.
    package static func decodeCount(_ json: JSONValue) throws(WireError) -> ChatRequest {
        try conversation(try RequestObject(json, dialect: .anthropic))
    }

    /// The answer to a request to count.
    package static func countBody(tokens: Int) -> JSONValue { ["input_tokens": .integer(tokens)] }

    /// What decides the prompt: messages, tools and thinking.
    private static func conversation(_ object: RequestObject) throws(WireError) -> ChatRequest {
        var request = ChatRequest(
            model: try object.required("model"), messages: [], style: ReplyStyle(streams: false))
        if let system = try system(object) { request.messages.append(Message(role: .system, text: system)) }
        let elements = try object.objects("messages") ?? []
        guard !elements.isEmpty else { throw object.error("messages", "messages must not be empty") }
        var toolNames: [String: String] = [:]
        for element in elements {
            for var message in try AnthropicContent.messages(element) {
                for call in message.toolCalls { toolNames[call.id] = call.name }
                if message.role == .tool { message.toolName = message.toolCallID.flatMap { toolNames[$0] } }
                request.messages.append(message)
            }
        }
        for tool in try object.objects("tools") ?? [] { try add(tool, to: &request) }
        try readToolChoice(object, into: &request)
        try readThinking(object, into: &request)
        return request
    }

    private static func system(_ object: RequestObject) throws(WireError) -> String? {
        switch object.value("system") {
        case nil: return nil
        case .string(let text): return text
        case .array:
            var text = ""
            for block in try object.objects("system") ?? [] { text += try block.required("text") }
            return text
        default: throw object.mismatch("system", expected: "string or array of text blocks")
        }
    }

    private static func add(_ tool: RequestObject, to request: inout ChatRequest) throws(WireError) {
        let type = try tool.string("type") ?? "custom"
        if type == "custom" {
            request.tools.append(try Tool(function: tool, schemaName: "input_schema"))
        } else if type.hasPrefix("web_search") || type.hasPrefix("web_fetch") || type.hasPrefix("code_execution") {
            request.droppedTools.append(type)
        } else {
            throw tool.error("type", "tools of type '\(type.prefix(64))' are not supported", kind: .unsupported)
        }
    }

    private static func readToolChoice(_ object: RequestObject, into request: inout ChatRequest) throws(WireError) {
        guard let choice = try object.object("tool_choice") else { return }
        switch try choice.required("type") {
        case "auto": request.toolChoice = .auto
        case "any": request.toolChoice = .required
        case "none": request.toolChoice = .none
        case "tool": request.toolChoice = .named(try choice.required("name"))
        case let type: throw choice.error("type", "tool_choice.type '\(type.prefix(64))' is not known")
        }
        request.allowsParallelToolCalls = try choice.bool("disable_parallel_tool_use").map { !$0 }
        try request.tools.check(request.toolChoice)
    }

    private static func readThinking(_ object: RequestObject, into request: inout ChatRequest) throws(WireError) {
        if let thinking = try object.object("thinking") {
            switch try thinking.required("type") {
            case "enabled", "adaptive", "between_tools": request.thinking = .on
            case "disabled": request.thinking = .off
            case let type: throw thinking.error("type", "thinking.type '\(type.prefix(64))' is not known")
            }
            request.thinkingBudget = try thinking.int("budget_tokens", in: 1...Int(Int32.max))
        }
        guard request.thinking != .off, let effort = try object.object("output_config")?.string("effort") else {
            return
        }
        guard let level = ThinkingLevel(rawValue: effort == "xhigh" ? "high" : effort) else {
            throw object.error(
                "output_config.effort", "output_config.effort must be low, medium, high, xhigh or max")
        }
        request.thinking = .level(level)
    }

    /// `output_config.format`, or its older place `output_format`.
    private static func format(_ object: RequestObject) throws(WireError) -> ResponseFormat {
        let current = try object.object("output_config")?.object("format")
        let older = try object.object("output_format")
        guard let format = current ?? older else { return try object.constrainedText() ?? .text }
        let type = try format.required("type")
        guard type == "json_schema", let schema = try format.schema("schema") else {
            throw format.error("type", "the output format must be a json_schema with a schema")
        }
        return .schema(schema)
    }
}

/// The messages of Anthropic's dialect: turns of content blocks.
enum AnthropicContent {
    /// The messages that one turn stands for: results of tools are messages of their own, before the turn's text.
    static func messages(_ object: RequestObject) throws(WireError) -> [Message] {
        let name = try object.required("role")
        guard ["user", "assistant", "system"].contains(name) else {
            throw object.error("role", "\(object.path("role")) must be user or assistant")
        }
        var turn = Message(role: Role(name))
        switch object.value("content") {
        case nil: throw object.missing("content")
        case .string(let text):
            turn.content = text.isEmpty ? [] : [.text(text)]
            return [turn]
        case .array: break
        default: throw object.mismatch("content", expected: "string or array of content blocks")
        }
        var results: [Message] = []
        for block in try object.objects("content") ?? [] {
            switch try block.required("type") {
            case "tool_result": results.append(try result(block))
            case "tool_use": turn.toolCalls.append(try call(block))
            case "thinking": turn.thinking = (turn.thinking ?? "") + (try block.string("thinking") ?? "")
            case "redacted_thinking", "server_tool_use", "web_search_tool_result", "web_fetch_tool_result",
                "code_execution_tool_result":
                continue
            default: turn.content.append(try part(block))
            }
        }
        let isEmpty = turn.content.isEmpty && turn.toolCalls.isEmpty && turn.thinking == nil
        return isEmpty && !results.isEmpty ? results : results + [turn]
    }

    private static func call(_ block: RequestObject) throws(WireError) -> ToolCall {
        ToolCall(
            id: try block.required("id"), name: try block.required("name"),
            arguments: try block.object("input")?.members ?? JSONObject())
    }

    private static func result(_ block: RequestObject) throws(WireError) -> Message {
        var message = Message(role: .tool)
        message.toolCallID = try block.required("tool_use_id")
        switch block.value("content") {
        case nil: break
        case .string(let text): message.content = text.isEmpty ? [] : [.text(text)]
        case .array:
            for part in try block.objects("content") ?? [] { message.content.append(try Self.part(part)) }
        default: throw block.mismatch("content", expected: "string or array of content blocks")
        }
        return message
    }

    private static func part(_ block: RequestObject) throws(WireError) -> ContentPart {
        let type = try block.required("type")
        switch type {
        case "text": return .text(try block.required("text"))
        case "image", "document":
            guard let source = try block.object("source") else { throw block.missing("source") }
            let kind = try source.required("type")
            if kind == "text" { return .text(try source.required("data")) }
            guard kind == "base64", type == "image" else {
                throw source.error(
                    "type", "\(type) sources of type '\(kind.prefix(64))' are not supported", kind: .unsupported)
            }
            guard let bytes = Base64.decode(try source.required("data")) else {
                throw source.error("data", "\(source.path("data")) is not base64")
            }
            return .media(Media(bytes: bytes, mediaType: try source.string("media_type")))
        default:
            throw block.error(
                "type", "content blocks of type '\(type.prefix(64))' are not supported", kind: .unsupported)
        }
    }
}
