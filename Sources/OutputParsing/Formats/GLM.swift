extension OutputFormat {
    /// `<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value></tool_call>`: GLM 4.5 and later, Laguna.
    static let glm = argumentTags("glm", suffix: "", nameClose: "")

    /// The same with a name for every tag and one after the name: Hunyuan 3.
    static let hunyuan = argumentTags("hunyuan", suffix: ":opensource", nameClose: "<tool_sep:opensource>")

    private static func argumentTags(_ name: String, suffix: String, nameClose: String) -> OutputFormat {
        OutputFormat(
            name,
            thinking: suffix.isEmpty ? [] : [ThinkingTags("<think\(suffix)>", "</think\(suffix)>")],
            calls: CallSyntax(
                triggers: [.anywhere("<tool_call\(suffix)>")],
                body: .tagged(
                    TaggedCallSyntax(
                        nameClose: nameClose, keyOpen: "<arg_key\(suffix)>", keyClose: "</arg_key\(suffix)>",
                        valueOpen: "<arg_value\(suffix)>", valueClose: "</arg_value\(suffix)>",
                        callClose: "</tool_call\(suffix)>")),
                trailers: ["</tool_calls\(suffix)>"]),
            dropped: suffix.isEmpty ? [] : ["<tool_calls\(suffix)>"])
    }
}
