/// The table of formats: what a template must contain for its model to write so. The first row that fits counts.
enum OutputFormats {
    /// One format and the texts that give it away.
    struct Row: Sendable {
        let format: OutputFormat
        /// Texts that must all occur in the template.
        let marks: [String]
    }

    /// Rows whose marks include another row's come before it.
    static let table: [Row] = [
        Row(format: .glimmer, marks: ["<atem:function_calls>"]),
        Row(format: .harmony, marks: ["<|channel|>", "<|message|>"]),
        Row(format: .deepSeekDSML, marks: ["｜DSML｜"]),
        Row(format: .deepSeekDSML, marks: ["DSML", "invoke"]),
        Row(format: .deepSeekV3, marks: ["<｜tool▁call▁begin｜>", "```json"]),
        Row(format: .deepSeekV31, marks: ["<｜tool▁call▁begin｜>"]),
        Row(format: .kimiK2, marks: ["<|tool_calls_section_begin|>"]),
        Row(format: .kimiK3, marks: ["<|open|>", "<|sep|>"]),
        Row(format: .miniMaxM2, marks: ["minimax:tool_call"]),
        Row(format: .plain, marks: ["]<]minimax[>["]),
        Row(format: .seed, marks: ["seed:tool_call"]),
        Row(format: .qwen3Coder, marks: ["<tool_call>", "<function="]),
        Row(format: .hunyuan, marks: ["<arg_key{}>"]),
        Row(format: .glm, marks: ["<arg_key>"]),
        Row(format: .miniCPM, marks: ["<function name=", "<param name="]),
        Row(format: .gemma4, marks: ["<|tool_call>"]),
        Row(format: .functionGemma, marks: ["<start_function_call>"]),
        Row(format: .gemmaToolCode, marks: ["```tool_code"]),
        Row(format: .cohere, marks: ["<|START_ACTION|>"]),
        Row(format: .commandR, marks: ["Action:", "```json", "tool_name"]),
        Row(format: .mistral, marks: ["[TOOL_CALLS]", "[ARGS]"]),
        Row(format: .mistralList, marks: ["[TOOL_CALLS]"]),
        Row(format: .lfm2, marks: ["<|tool_call_start|>"]),
        Row(format: .lfm2, marks: ["List of tools: ["]),
        Row(format: .lfm2, marks: ["<|tool_list_start|>"]),
        Row(format: .olmo3, marks: ["<function_calls>"]),
        Row(format: .apertus, marks: ["<|tools_prefix|>"]),
        Row(format: .solar, marks: ["<|tool_call:begin|>"]),
        Row(format: .nemotronNano2, marks: ["<TOOLCALL>"]),
        Row(format: .toolCalls, marks: ["<tool_calls>"]),
        Row(format: .gigaChat31, marks: ["<|function_call|>"]),
        Row(format: .gigaChat3, marks: ["<|role_sep|>", "function call"]),
        Row(format: .functionary31, marks: ["<function=", "</function>"]),
        Row(format: .functionary32, marks: [">>>all"]),
        Row(format: .phi4, marks: ["<|tool|>", "<|/tool|>"]),
        Row(format: .functools, marks: ["functools"]),
        Row(format: .granite3, marks: ["<|tool_call|>"]),
        Row(format: .hermes, marks: ["<tool_call>"]),
        Row(format: .llamaPythonic, marks: ["[func_name1("]),
        Row(format: .llamaPythonic, marks: ["<|python_start|>"]),
        Row(format: .llama3, marks: ["<|start_header_id|>", "\"parameters\":"]),
        Row(format: .llama3, marks: ["<|python_tag|>"]),
    ]

    /// Reasoning tags that a template may mention; the first that it does count.
    static let thinking: [ThinkingTags] = [
        .mistral,
        ThinkingTags("<seed:think>", "</seed:think>"),
        ThinkingTags("<mm:think>", "</mm:think>"),
        ThinkingTags("<|START_THINKING|>", "<|END_THINKING|>"),
        ThinkingTags("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]", place: .atStart),
        .think,
        ThinkingTags("<thinking>", "</thinking>", place: .atStart),
        ThinkingTags("<reasoning>", "</reasoning>", place: .atStart),
    ]
}

extension OutputFormats {
    /// Formats by the names that Ollama's `PARSER` gives them, with the reasoning tags that go with each.
    static let parsers: [String: (format: OutputFormat, thinking: ThinkingTags?)] = [
        "qwen3": (.hermes, nil), "qwen3-thinking": (.hermes, .think), "qwen3.5": (.qwen3Coder, .think),
        "ornith": (.qwen3Coder, .think), "qwen3-coder": (.qwen3Coder, nil), "qwen3-vl-instruct": (.hermes, nil),
        "qwen3-vl-thinking": (.hermes, .think), "ministral": (.mistral, .mistral), "passthrough": (.plain, nil),
        "harmony": (.harmony, nil), "cogito": (.hermes, .think), "deepseek3": (.deepSeekV31, .think),
        "olmo3": (.olmo3, nil), "olmo3-think": (.olmo3, .think), "nemotron-3-nano": (.qwen3Coder, .think),
        "nemotron-3.5-nano": (.qwen3Coder, .think), "functiongemma": (.functionGemma, nil), "glm-4.7": (.glm, .think),
        "gemma4": (.gemma4, nil), "gemma4-no-thinking": (.gemma4, nil), "glm-ocr": (.glm, .think), "lfm2": (.lfm2, nil),
        "lfm2-thinking": (.lfm2, .think), "laguna": (.glm, .think), "poolside-v1": (.glm, .think),
        "cohere": (.cohere, nil), "glimmer": (.glimmer, nil),
    ]
}

extension OutputFormat {
    /// The formats of the table, each once.
    package static let all = OutputFormats.table.reduce(into: [OutputFormat]()) { all, row in
        if !all.contains(where: { $0.name == row.format.name }) { all.append(row.format) }
    }

    /// The format that Ollama's `PARSER` calls so; nil if there is none.
    package static func parser(named name: String) -> OutputFormat? {
        guard let row = OutputFormats.parsers[name] else { return nil }
        var format = row.format
        if format.thinking.isEmpty, let tags = row.thinking { format.thinking = [tags] }
        return format
    }

    /// The format of the model that a template, Jinja or Go, is for, by the markers in the template itself.
    package static func detect(template: String) -> OutputFormat {
        let text = TemplateText(template)
        var format =
            OutputFormats.table.first { $0.marks.allSatisfy(text.contains) }?.format
            ?? text.callTag.map(OutputFormat.generic) ?? .plain
        if format.thinking.isEmpty {
            let tags = OutputFormats.thinking.first { text.contains($0.open) || text.contains($0.closes[0]) }
            format.thinking = tags.map { [$0] } ?? []
        }
        return format
    }
}

extension ThinkingTags {
    /// What most models use. Plain words, so that they count only where an answer begins.
    static let think = ThinkingTags("<think>", "</think>", place: .atStart)
    static let mistral = ThinkingTags("[THINK]", "[/THINK]")
}

/// A template as bytes to search in.
private struct TemplateText {
    private let bytes: [UInt8]

    init(_ template: String) { bytes = Array(template.utf8) }

    func contains(_ mark: String) -> Bool { index(after: mark, from: 0) != nil }

    /// What a Go template writes between its list of calls and the first brace; nil if it writes no calls.
    var callTag: String? {
        guard let list = index(after: ".ToolCalls", from: 0), let end = index(after: "}}", from: list) else {
            return nil
        }
        return bytes[end...].prefix { $0 != UInt8(ascii: "{") }.trimmedText
    }

    private func index(after mark: String, from start: Int) -> Int? {
        let mark = Array(mark.utf8)
        guard let first = mark.first, bytes.count >= mark.count + start else { return nil }
        for offset in start...(bytes.count - mark.count) where bytes[offset] == first {
            if bytes[offset...].starts(with: mark) { return offset + mark.count }
        }
        return nil
    }
}
