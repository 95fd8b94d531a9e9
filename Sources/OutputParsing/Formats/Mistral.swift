extension OutputFormat {
    /// `[TOOL_CALLS][{"name": …, "arguments": {…}}]`: Mistral up to the tokenizer's version 7.
    static let mistralList = OutputFormat(
        "mistral-list",
        calls: CallSyntax(
            triggers: [.anywhere("[TOOL_CALLS]")], body: .json(JSONCallSyntax(name: name)),
            shape: CallShape(kind: .list, trigger: "[TOOL_CALLS]")))

    /// `[TOOL_CALLS]NAME[ARGS]{…}`, perhaps with `[CALL_ID]…` before the arguments: Mistral since version 11.
    static let mistral = OutputFormat(
        "mistral",
        calls: CallSyntax(
            triggers: [.anywhere("[TOOL_CALLS]")], body: .json(JSONCallSyntax(name: name)),
            shape: CallShape(
                kind: .named("[ARGS]"), trigger: "[TOOL_CALLS]", separator: "[TOOL_CALLS]")))

    private static let name: @Sendable (String) -> String? = { header in
        let name = header.prefix { $0 != "[" }
        let rest = header.dropFirst(name.count)
        return rest.isEmpty || rest.hasSuffix("[ARGS]") ? name.utf8.trimmedText : nil
    }
}
