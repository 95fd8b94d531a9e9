extension OutputFormat {
    /// `<function_calls>` with one call as in Python on each line: OLMo 3.
    static let olmo3 = OutputFormat(
        "olmo3",
        calls: CallSyntax(
            triggers: [.anywhere("<function_calls>")], body: .pythonic(PythonicCallSyntax(close: "</function_calls>"))))
}
