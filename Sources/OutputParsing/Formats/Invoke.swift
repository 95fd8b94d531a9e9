extension CallSyntax {
    /// `<SECTION><invoke name="NAME"><parameter name="KEY">VALUE</parameter></invoke></SECTION>`.
    /// - Parameter headers: what begins calls in place of the section's opening tag; a header may end in between.
    static func invoke(sections: [String], tagPrefix: String = "", headers: [CallTrigger] = []) -> CallSyntax {
        let open = "<\(tagPrefix)invoke name=\""
        let triggers = headers.isEmpty ? sections.map { .anywhere("<\($0)>") } : headers
        return CallSyntax(
            triggers: triggers + [.body(open, .afterCall)],
            body: .tagged(
                TaggedCallSyntax(
                    nameOpen: open, nameClose: "\">", keyOpen: "<\(tagPrefix)parameter name=\"", keyClose: "\">",
                    valueClose: "</\(tagPrefix)parameter>", callClose: "</\(tagPrefix)invoke>",
                    hasHeader: !headers.isEmpty)),
            trailers: sections.map { "</\($0)>" })
    }
}

extension OutputFormat {
    /// `<minimax:tool_call><invoke name="NAME"><parameter name="KEY">…`: MiniMax M2.
    static let miniMaxM2 = OutputFormat("minimax-m2", calls: .invoke(sections: ["minimax:tool_call"]))

    /// `<function name="NAME"><param name="KEY">VALUE</param></function>`: MiniCPM 5.
    static let miniCPM = OutputFormat(
        "minicpm",
        calls: CallSyntax(
            triggers: [.body("<function name=\"", .anywhere)],
            body: .tagged(
                TaggedCallSyntax(
                    nameOpen: "<function name=\"", nameClose: "\">", keyOpen: "<param name=\"", keyClose: "\">",
                    valueClose: "</param>", callClose: "</function>", allowsCDATA: true))))

    /// `<atem:function_calls>` after a header that names the recipient: Glimmer. The same in a message to the user is
    /// text.
    static let glimmer = OutputFormat(
        "glimmer",
        thinking: [
            ThinkingTags("<|start|>assistant to=self<|message|>", "<|eom|>", "<|eot|>"),
            ThinkingTags("to=self<|message|>", "<|eom|>", "<|eot|>", place: .atStart),
        ],
        calls: .invoke(
            sections: ["atem:function_calls"], tagPrefix: "atem:",
            headers: [.anywhere("<|start|>assistant to="), CallTrigger(marker: "to=", place: .atStart)]),
        dropped: ["<|start|>assistant to=user<|message|>", "to=user<|message|>", "<|eom|>", "<|eot|>"],
        promptTails: ["<|start|>assistant"])
}
