extension OutputFormat {
    /// `<|tool_call_start|>[f(a=1)]<|tool_call_end|>`: LFM2.
    static let lfm2 = OutputFormat(
        "lfm2",
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_call_start|>")],
            body: .pythonic(PythonicCallSyntax(close: "<|tool_call_end|>"))))
}
