extension OutputFormat {
    /// `<|tool_call|>[{"name": …, "arguments": {…}}]`: Granite 3.
    static let granite3 = OutputFormat(
        "granite3",
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_call|>"), .anywhere("<tool_call>")], body: .json(JSONCallSyntax()),
            trailers: ["</tool_call>"], shape: CallShape(kind: .list, trigger: "<|tool_call|>")))
}
