extension OutputFormat {
    /// The answer is `{"name": …, "parameters": {…}}`, perhaps after `<|python_tag|>`: Llama 3.1 to 3.3.
    static let llama3 = OutputFormat(
        "llama3",
        calls: CallSyntax(
            triggers: [.anywhere("<|python_tag|>"), .body("{", .atStart)],
            body: .json(JSONCallSyntax(isBare: true)), trailers: [";", ",", "<|eom_id|>"],
            shape: CallShape(kind: .object, trigger: "", argumentsKey: "parameters")))

    /// The answer is `[f(a=1), g(b="x")]`: Llama 3.2 and 4 with pythonic prompts.
    static let llamaPythonic = OutputFormat(
        "llama-pythonic",
        calls: CallSyntax(
            triggers: [.anywhere("<|python_start|>"), .body("[", .atStart)],
            body: .pythonic(PythonicCallSyntax(isBare: true)), trailers: ["<|python_end|>"]))
}
