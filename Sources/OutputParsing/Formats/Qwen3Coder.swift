extension OutputFormat {
    /// `<tool_call><function=NAME><parameter=KEY>VALUE</parameter></function></tool_call>`: Qwen3-Coder, Qwen 3.5,
    /// Nemotron 3, Step 3.5. The outer tag is sometimes left out.
    static let qwen3Coder = functionTags("qwen3-coder", outer: "tool_call", stripsLineBreaks: true)

    /// The same in `<seed:tool_call>`: Seed-OSS. Line breaks in values are theirs.
    static let seed = functionTags("seed", outer: "seed:tool_call", stripsLineBreaks: false)

    private static func functionTags(_ name: String, outer: String, stripsLineBreaks: Bool) -> OutputFormat {
        OutputFormat(
            name,
            calls: CallSyntax(
                triggers: [.anywhere("<\(outer)>"), .body("<function=", .anywhere)],
                body: .tagged(
                    TaggedCallSyntax(
                        nameOpen: "<function=", nameClose: ">", keyOpen: "<parameter=", keyClose: ">",
                        valueClose: "</parameter>", callClose: "</function>", stripsLineBreaks: stripsLineBreaks)),
                trailers: ["</\(outer)>"]))
    }
}
