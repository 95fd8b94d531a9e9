extension OutputFormat {
    /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`: Hermes, Qwen 2.5 and 3, Granite 4, Cogito, SmolLM3.
    static let hermes = OutputFormat(
        "hermes",
        calls: CallSyntax(
            triggers: [.anywhere("<tool_call>"), .body("{", .afterCall)], body: .json(JSONCallSyntax()),
            trailers: ["</tool_call>"],
            shape: CallShape(
                kind: .object, trigger: "<tool_call>", prefix: "\n", suffix: "\n</tool_call>",
                separator: "\n<tool_call>")))
}
