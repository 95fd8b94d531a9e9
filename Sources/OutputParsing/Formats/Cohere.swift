extension OutputFormat {
    /// `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": …, "parameters": {…}}]<|END_ACTION|>`: Command R7B and
    /// later.
    static let cohere = OutputFormat(
        "cohere", thinking: [ThinkingTags("<|START_THINKING|>", "<|END_THINKING|>")],
        calls: CallSyntax(
            triggers: [.anywhere("<|START_ACTION|>")], body: .json(JSONCallSyntax()), trailers: ["<|END_ACTION|>"],
            shape: CallShape(
                kind: .list, trigger: "<|START_ACTION|>", suffix: "<|END_ACTION|>", nameKey: "tool_name",
                argumentsKey: "parameters", idKey: "tool_call_id")),
        dropped: ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"])

    /// `Action:` and a block of code with a list of calls: Command R and R+.
    static let commandR = OutputFormat(
        "command-r",
        calls: CallSyntax(
            triggers: [.anywhere("Action:\n```json"), .anywhere("Action: ```json")], body: .json(JSONCallSyntax()),
            trailers: ["```"],
            shape: CallShape(
                kind: .list, trigger: "Action:\n```json", prefix: "\n", suffix: "\n```", nameKey: "tool_name",
                argumentsKey: "parameters")),
        dropped: ["<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"])
}
