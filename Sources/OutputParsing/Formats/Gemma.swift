extension OutputFormat {
    /// A block of code in the language `tool_code` with calls as in Python: Gemma 3 with the usual prompt.
    static let gemmaToolCode = OutputFormat(
        "gemma-tool-code",
        calls: CallSyntax(
            triggers: [.anywhere("```tool_code\n")], body: .pythonic(PythonicCallSyntax(close: "```"))))

    /// `<start_function_call>call:NAME{key:<escape>text<escape>}<end_function_call>`: FunctionGemma.
    static let functionGemma = OutputFormat(
        "functiongemma",
        calls: CallSyntax(
            triggers: [.anywhere("<start_function_call>")],
            body: .bareKeys(BareKeyCallSyntax(quote: "<escape>", close: "<end_function_call>")),
            trailers: ["<start_function_response>"]))

    /// `<|tool_call>call:NAME{key:<|"|>text<|"|>}<tool_call|>`, reasoning in `<|channel>thought`: Gemma 4.
    static let gemma4 = OutputFormat(
        "gemma4", thinking: [ThinkingTags("<|channel>thought", "<channel|>")],
        calls: CallSyntax(
            triggers: [.anywhere("<|tool_call>")],
            body: .bareKeys(BareKeyCallSyntax(quote: "<|\"|>", close: "<tool_call|>")),
            trailers: ["<|tool_response>"]),
        dropped: ["<|channel>", "<channel|>"])
}
