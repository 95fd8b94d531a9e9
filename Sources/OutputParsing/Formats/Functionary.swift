extension OutputFormat {
    /// `<function=NAME>{…}</function>`: Functionary 3.1, and Llama 3.1 with that prompt.
    static let functionary31 = OutputFormat(
        "functionary-v3.1",
        calls: CallSyntax(
            triggers: [.anywhere("<function=")],
            body: .json(JSONCallSyntax(name: { $0.hasSuffix(">") ? String($0.dropLast()) : nil })),
            trailers: ["</function>"],
            shape: CallShape(
                kind: .named(">"), trigger: "<function=", suffix: "</function>", separator: "<function=")))

    /// `>>>all` and the answer, `>>>NAME` and the arguments on the next line: Functionary 3.2. The prompt ends with
    /// the first `>>>`.
    static let functionary32 = OutputFormat(
        "functionary-v3.2",
        calls: CallSyntax(
            triggers: [.anywhere(">>>")],
            body: .json(JSONCallSyntax(name: { $0.utf8.allSatisfy(\.isNamePart) ? $0 : nil })),
            shape: CallShape(kind: .named("\n"), trigger: ">>>", separator: "\n>>>")),
        dropped: [">>>all\n"], promptTails: [">>>"])
}
