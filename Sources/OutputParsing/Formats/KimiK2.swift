extension OutputFormat {
    /// `<|tool_calls_section_begin|><|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>{…}`: Kimi K2.
    static let kimiK2 = OutputFormat(
        "kimi-k2",
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_calls_section_begin|>"), .anywhere("<|tool_call_begin|>")],
            body: .json(JSONCallSyntax(name: name)), trailers: ["<|tool_call_end|>", "<|tool_calls_section_end|>"]))

    /// `<|open|>call tool="NAME" index="1"<|sep|><|open|>argument key="KEY" type="number"<|sep|>VALUE…`: Kimi K3.
    static let kimiK3 = OutputFormat(
        "kimi-k3", thinking: [ThinkingTags("<|open|>think<|sep|>", "<|close|>think<|sep|>")],
        calls: CallSyntax(
            triggers: [.anywhere("<|open|>tools<|sep|>"), .body("<|open|>call tool=\"", .afterCall)],
            body: .tagged(
                TaggedCallSyntax(
                    nameOpen: "<|open|>call tool=\"", nameClose: "<|sep|>", keyOpen: "<|open|>argument key=\"",
                    keyClose: "<|sep|>", valueClose: "<|close|>argument<|sep|>", callClose: "<|close|>call<|sep|>")),
            trailers: ["<|close|>tools<|sep|>"]),
        dropped: ["<|open|>response<|sep|>", "<|close|>response<|sep|>", "<|close|>message<|sep|>"])

    private static let name: @Sendable (String) -> String? = { header in
        let fields = header.replacing("<|tool_call_begin|>", with: "").split(separator: "<|tool_call_argument_begin|>")
        guard let id = fields.first?.utf8.trimmedText else { return nil }
        let name = id.hasPrefix("functions.") ? id.dropFirst("functions.".count) : id[...]
        return String(name.prefix { $0 != ":" })
    }
}
