extension OutputFormat {
    /// `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>NAME`, the arguments in a block of code: V3, R1.
    static let deepSeekV3 = toolSeparated("deepseek-v3", before: "function<｜tool▁sep｜>", "\n```json\n", "\n```")

    /// `<｜tool▁call▁begin｜>NAME<｜tool▁sep｜>{…}<｜tool▁call▁end｜>`: V3.1.
    static let deepSeekV31 = toolSeparated("deepseek-v3.1", before: "", "<｜tool▁sep｜>", "")

    /// `<｜DSML｜function_calls><｜DSML｜invoke name="NAME"><｜DSML｜parameter name="KEY" string="true">VALUE…`: V3.2, V4.
    static let deepSeekDSML = OutputFormat(
        "deepseek-dsml",
        calls: .invoke(sections: ["｜DSML｜function_calls", "｜DSML｜tool_calls"], tagPrefix: "｜DSML｜"))

    private static func toolSeparated(
        _ name: String, before: String, _ between: String, _ after: String
    ) -> OutputFormat {
        let call = "<｜tool▁call▁begin｜>"
        let end = "<｜tool▁call▁end｜>"
        return OutputFormat(
            name,
            calls: CallSyntax(
                triggers: [.anywhere("<｜tool▁calls▁begin｜>"), .anywhere(call)],
                body: .json(JSONCallSyntax(name: Self.name)), trailers: [end, "<｜tool▁calls▁end｜>", "```"],
                shape: CallShape(
                    kind: .named(between), trigger: "<｜tool▁calls▁begin｜>", prefix: call + before,
                    suffix: after + end, separator: "\n")))
    }

    private static let name: @Sendable (String) -> String? = { header in
        var fields = header.replacing("<｜tool▁call▁begin｜>", with: "").split(separator: "<｜tool▁sep｜>")
        if fields.count > 1, fields[0].utf8.trimmedText == "function" { fields.removeFirst() }
        return fields.first?.split(whereSeparator: \.isNewline).first.map { $0.utf8.trimmedText }
    }
}
