extension OutputFormat {
    /// No calls.
    static let plain = OutputFormat("plain")

    /// A tag of the template's own before JSON. Without a tag, or with a bracket as one, only an answer that begins
    /// with the JSON counts.
    static func generic(tag: String) -> OutputFormat {
        let mark = tag.utf8.trimmedText
        let isBare = mark.isEmpty || mark == "{" || mark == "["
        return OutputFormat(
            "generic",
            calls: CallSyntax(
                triggers: isBare ? [.body("{", .atStart), .body("[", .atStart)] : [.anywhere(mark)],
                body: .json(JSONCallSyntax(isBare: isBare)), trailers: [",", "]", ";"],
                shape: isBare
                    ? CallShape(kind: mark == "[" ? .list : .object, trigger: "")
                    : CallShape(kind: .object, trigger: mark)))
    }
}
