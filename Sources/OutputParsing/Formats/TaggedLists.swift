extension OutputFormat {
    /// `<tool_calls>[{"name": …, "arguments": {…}}]</tool_calls>`: Apriel, MiniMax M1 (one object a line).
    static let toolCalls = taggedList("tool-calls", "<tool_calls>", "</tool_calls>")

    /// `<TOOLCALL>[{"name": …, "arguments": {…}}]</TOOLCALL>`: Nemotron Nano 2.
    static let nemotronNano2 = taggedList("nemotron-nano-v2", "<TOOLCALL>", "</TOOLCALL>")

    /// `<|function_call|>{"name": …, "arguments": {…}}`: GigaChat 3.1.
    static let gigaChat31 = OutputFormat(
        "gigachat-v3.1",
        calls: CallSyntax(
            triggers: [.anywhere("<|function_call|>")], body: .json(JSONCallSyntax()),
            shape: CallShape(kind: .object, trigger: "<|function_call|>")))

    /// A message of the role `function call` within the answer: GigaChat 3.
    static let gigaChat3 = OutputFormat(
        "gigachat-v3",
        calls: CallSyntax(
            triggers: [.anywhere("<|message_sep|>\n\nfunction call<|role_sep|>\n")], body: .json(JSONCallSyntax()),
            shape: CallShape(kind: .object, trigger: "<|message_sep|>\n\nfunction call<|role_sep|>\n")))

    /// `<|tools_prefix|>[{"NAME": {…}}]<|tools_suffix|>`: Apertus.
    static let apertus = OutputFormat(
        "apertus", thinking: [ThinkingTags("<|inner_prefix|>", "<|inner_suffix|>")],
        calls: CallSyntax(
            triggers: [.anywhere("<|tools_prefix|>")], body: .json(JSONCallSyntax(hasNameAsKey: true)),
            trailers: ["<|tools_suffix|>"]))

    /// `<|tool_call:begin|>ID<|tool_call:name|>NAME<|tool_call:args|>{…}<|tool_call:end|>`: Solar Open.
    static let solar = OutputFormat(
        "solar", thinking: [ThinkingTags("<|think|>", "<|end|>")],
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_call:begin|>")],
            body: .json(
                JSONCallSyntax(name: { header in
                    let fields = header.split(separator: "<|tool_call:name|>")
                    return fields.last?.split(separator: "<|tool_call:args|>").first.map(String.init)
                })),
            trailers: ["<|tool_call:end|>", "<|calls|>"]),
        dropped: ["<|begin|>assistant", "<|content|>", "<|tool_calls|>", "<|end|>"],
        promptTails: ["<|begin|>assistant"])

    private static func taggedList(_ name: String, _ open: String, _ close: String) -> OutputFormat {
        OutputFormat(
            name,
            calls: CallSyntax(
                triggers: [.anywhere(open), .body("{", .afterCall)], body: .json(JSONCallSyntax()), trailers: [close],
                shape: CallShape(kind: .list, trigger: open, suffix: close)))
    }
}
