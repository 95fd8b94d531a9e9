extension OutputFormat {
    /// `<|tool_call|>[{"name": …, "arguments": {…}}]<|/tool_call|>` or `functools[…]`: Phi-4-mini.
    static let phi4 = OutputFormat(
        "phi4",
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_call|>"), .anywhere("functools")], body: .json(JSONCallSyntax()),
            trailers: ["<|/tool_call|>"],
            shape: CallShape(kind: .list, trigger: "<|tool_call|>", suffix: "<|/tool_call|>")))

    /// `functools[{"name": …, "arguments": {…}}]`: FireFunction.
    static let functools = OutputFormat(
        "functools",
        calls: CallSyntax(
            triggers: [.anywhere("functools")], body: .json(JSONCallSyntax()),
            shape: CallShape(kind: .list, trigger: "functools")))
}
