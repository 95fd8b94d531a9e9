/// A Modelfile: what a model is made from and how it talks, as a list of directives in their order.
package struct Modelfile: Equatable, Sendable {
    package enum Directive: Equatable, Sendable {
        /// A model's name, or the path of weights.
        case from(String)
        case adapter(String)
        case draft(String)
        case template(String)
        case system(String)
        case license(String)
        /// An option of generation with its value as text.
        case parameter(name: String, value: String)
        /// A message that every conversation begins with.
        case message(role: String, content: String)
        case renderer(String)
        case parser(String)
        case requires(String)
    }

    package var directives: [Directive]

    package init(_ directives: [Directive] = []) { self.directives = directives }

    /// Roles that messages may have.
    static let roles = ["system", "user", "assistant"]
}

extension Modelfile.Directive {
    /// Directives of a single text, by their names; `PARAMETER` and `MESSAGE` have two.
    static let simple: [(name: String, make: @Sendable (String) -> Modelfile.Directive)] = [
        ("from", { .from($0) }), ("license", { .license($0) }), ("template", { .template($0) }),
        ("system", { .system($0) }), ("adapter", { .adapter($0) }), ("draft", { .draft($0) }),
        ("renderer", { .renderer($0) }), ("parser", { .parser($0) }), ("requires", { .requires($0) }),
    ]

    /// Every name, for messages.
    static let names: [String] = ["from", "parameter", "message"] + simple.map(\.name).dropFirst()
}

// MARK: Printing

extension Modelfile: CustomStringConvertible {
    /// One directive a line, as the parser reads them back.
    package var description: String { directives.map { "\($0)\n" }.joined() }
}

extension Modelfile.Directive: CustomStringConvertible {
    package var description: String {
        switch self {
        case .from(let text): "FROM \(Self.quoted(text))"
        case .adapter(let text): "ADAPTER \(Self.quoted(text))"
        case .draft(let text): "DRAFT \(Self.quoted(text))"
        case .template(let text): "TEMPLATE \(Self.quoted(text))"
        case .system(let text): "SYSTEM \(Self.quoted(text))"
        case .license(let text): "LICENSE \(Self.quoted(text))"
        case .parameter(let name, let value): "PARAMETER \(name) \(Self.quoted(value))"
        case .message(let role, let content): "MESSAGE \(role) \(Self.quoted(content))"
        case .renderer(let text): "RENDERER \(Self.quoted(text))"
        case .parser(let text): "PARSER \(Self.quoted(text))"
        case .requires(let text): "REQUIRES \(Self.quoted(text))"
        }
    }

    /// In three quotes if it has several lines, or would lose something at its ends.
    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isPlain =
            !scalars.contains { ModelfileParser.isNewline($0) } && scalars.first != "\""
            && scalars.first?.properties.isWhitespace == false && scalars.last?.properties.isWhitespace == false
        return isPlain ? text : "\"\"\"\(text)\"\"\""
    }
}
