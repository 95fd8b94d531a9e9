extension OutputFormat {
    /// Channels: `analysis` is reasoning, `final` and plain `commentary` the answer, and a message to
    /// `functions.NAME` a call: gpt-oss. The recipient stands in either header, before or after the channel.
    ///
    /// `<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{…}<|call|>`
    static let harmony = OutputFormat(
        "harmony", thinking: [ThinkingTags("<|channel|>analysis<|message|>", "<|end|>")],
        calls: CallSyntax(
            triggers: [
                .anywhere("<|channel|>commentary to="), .anywhere("<|channel|>analysis to="),
                .anywhere("<|start|>assistant to="), CallTrigger(marker: "to=functions.", place: .atStart),
            ],
            body: .json(JSONCallSyntax(name: recipient)), trailers: ["<|call|>"],
            shape: CallShape(
                kind: .named(" <|constrain|>json<|message|>"), trigger: "<|channel|>commentary to=",
                prefix: "functions.", suffix: "<|call|>")),
        dropped: [
            "<|start|>assistant", "<|channel|>final<|message|>", "<|channel|>final <|constrain|>json<|message|>",
            "<|channel|>commentary<|message|>", "<|channel|>commentary to=assistant", "<|end|>", "<|return|>",
        ],
        promptTails: ["<|start|>assistant"])

    private static let recipient: @Sendable (String) -> String? = { header in
        guard header.hasSuffix("<|message|>") else { return nil }
        let name = header.prefix { $0 != "<" && !$0.isWhitespace }
        return String(name.hasPrefix("functions.") ? name.dropFirst("functions.".count) : name)
    }
}
