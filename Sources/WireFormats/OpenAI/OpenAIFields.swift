import JSON

/// Fields that several of OpenAI's requests share, with the extensions that local servers take.
enum OpenAIFields {
    /// Sampling and limits: an `options` object in Ollama's form, over it every option under its own name.
    static func options(of object: RequestObject) throws(WireError) -> GenerationOptions {
        var options = try object.ollamaOptions()
        try options.read(object)
        for name in ["max_tokens", "max_completion_tokens"] {
            if let limit = try object.int(name) { options.maximumTokens = limit }
        }
        return options
    }

    static func style(of object: RequestObject) throws(WireError) -> ReplyStyle {
        let streamOptions = try object.object("stream_options")
        return ReplyStyle(
            streams: try object.bool("stream") ?? false,
            includesUsage: try streamOptions?.bool("include_usage") ?? false)
    }

    /// `response_format`, or one of the extensions that constrain text.
    static func format(of object: RequestObject) throws(WireError) -> ResponseFormat {
        if let format = try object.object("response_format") {
            let type = try format.required("type")
            switch type {
            case "text": break
            case "json_object":
                guard let schema = format.value("schema") else { return .json }
                return .schema(schema)
            case "json_schema":
                guard let wrapper = try format.object("json_schema"), let schema = try wrapper.schema("schema") else {
                    throw format.error("json_schema", "response_format.json_schema.schema is required")
                }
                return .schema(schema)
            case "grammar", "regex", "choice":
                guard let text = try format.constrainedText() else {
                    throw format.error("type", "response_format of type '\(type)' needs a member '\(type)'")
                }
                return text
            default: throw format.error("type", "response_format.type '\(type)' is not supported", kind: .unsupported)
            }
        }
        if let outputs = try object.object("structured_outputs") {
            if let schema = try outputs.schema("json") { return .schema(schema) }
            if let text = try outputs.constrainedText() { return text }
        }
        if let schema = try object.schema("guided_json") { return .schema(schema) }
        return try object.constrainedText() ?? .text
    }

    /// `reasoning_effort`, `reasoning.effort`, Ollama's `think`, or the template's `enable_thinking`.
    static func thinking(of object: RequestObject) throws(WireError) -> ThinkingChoice {
        if let effort = try object.string("reasoning_effort") { return try thinking(effort: effort, of: object) }
        if let reasoning = try object.object("reasoning"), let effort = try reasoning.string("effort") {
            return try thinking(effort: effort, of: object)
        }
        if object.value("think") != nil { return try object.ollamaThinking() }
        let isOn = try object.object("chat_template_kwargs")?.bool("enable_thinking")
        return isOn.map { $0 ? .on : .off } ?? .unset
    }

    private static func thinking(effort: String, of object: RequestObject) throws(WireError) -> ThinkingChoice {
        switch effort {
        case "none": return .off
        case "minimal", "low": return .level(.low)
        case "medium": return .level(.medium)
        case "high": return .level(.high)
        case "xhigh", "ultra", "max": return .level(.max)
        default:
            throw object.error(
                "reasoning_effort",
                "invalid reasoning effort '\(effort.prefix(64))': must be none, minimal, low, medium, high, xhigh or max"
            )
        }
    }

    /// `tool_choice`. A choice of allowed tools drops the others.
    static func toolChoice(of object: RequestObject, tools: inout [Tool]) throws(WireError) -> ToolChoice {
        let choice = try toolChoice(object, tools: &tools)
        try tools.check(choice)
        return choice
    }

    private static func toolChoice(_ object: RequestObject, tools: inout [Tool]) throws(WireError) -> ToolChoice {
        switch object.value("tool_choice") {
        case nil: return .auto
        case .string(let word):
            if let choice = mode(word) { return choice }
            throw object.error("tool_choice", "tool_choice must be auto, none, required or a tool")
        default: break
        }
        guard let chosen = try object.object("tool_choice") else { return .auto }
        switch try chosen.string("type") ?? "function" {
        case "function":
            return .named(try (try chosen.object("function") ?? chosen).required("name"))
        case "allowed_tools":
            let allowed = try chosen.object("allowed_tools") ?? chosen
            var names: Set<String> = []
            for tool in try allowed.objects("tools") ?? [] {
                names.insert(try (try tool.object("function") ?? tool).required("name"))
            }
            tools.removeAll { !names.contains($0.name) }
            return mode(try allowed.string("mode") ?? "auto") ?? .auto
        case let type:
            throw chosen.error("type", "tool_choice of type '\(type.prefix(64))' is not supported", kind: .unsupported)
        }
    }

    private static func mode(_ word: String) -> ToolChoice? {
        switch word {
        case "auto": .auto
        case "none": ToolChoice.none
        case "required", "any": .required
        default: nil
        }
    }
}

extension RequestObject {
    /// A JSON Schema: an object, or a Boolean.
    func schema(_ name: String) throws(WireError) -> JSONValue? {
        switch value(name) {
        case nil: return nil
        case .object(let members): return .object(members)
        case .bool(let allowsAll): return .bool(allowsAll)
        default: throw mismatch(name, expected: "object")
        }
    }
}

/// Token counts as OpenAI's chats and completions have them.
enum OpenAIUsage {
    static func json(_ usage: Usage) -> JSONValue {
        [
            "prompt_tokens": .integer(usage.promptTokens),
            "completion_tokens": .integer(usage.completionTokens),
            "total_tokens": .integer(usage.totalTokens),
            "prompt_tokens_details": ["cached_tokens": .integer(usage.cachedTokens)],
            "completion_tokens_details": ["reasoning_tokens": .integer(usage.reasoningTokens)],
        ]
    }
}
