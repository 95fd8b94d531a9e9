package import JSON

/// A chat template: Jinja as `transformers` sets it up for models.
///
/// Reading a template resolves all its names; rendering changes nothing in it, so one can be rendered many times.
package struct ChatTemplate: @unchecked Sendable {
    // Sendable: only the resolver, in `init`, ever writes to the tree, and nothing else holds it.
    private let root: NamedBlock
    private let blocks: [NamedBlock]

    /// Reads a template.
    ///
    /// - Throws: `TemplateError.syntax` where the text is not Jinja, `.limit` where it nests too deeply.
    package init(source: String) throws(TemplateError) {
        (root, blocks) = try Resolver.resolve(try Parser.statements(of: source))
    }

    /// Renders the template for variables by name.
    ///
    /// - Parameter now: What `strftime_now` shows.
    package func render(
        context: JSONObject, now: LocalTime, limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) -> String {
        var values: [String: Value] = [:]
        for (name, value) in context.members { values[name] = try Value(value, origin: .template) }
        return try render(values, now: now, limits: limits).string
    }

    /// Every filter, test, method and function that templates find built in.
    package static var builtInNames: Set<String> {
        let methods = [
            Methods.text, Methods.list, Methods.tuple, Methods.range, Methods.mapping, Methods.dict, Methods.loop,
            Methods.cycler, Methods.integer, Methods.float,
        ]
        let tests = Tests.table.keys.filter { $0.allSatisfy(\.isLetter) }
        return Set(methods.flatMap(\.keys)).union(Filters.table.keys).union(Functions.table.keys).union(tests)
    }

    func render(_ context: [String: Value], now: LocalTime, limits: TemplateLimits) throws(TemplateError) -> Text {
        let interpreter = Interpreter(blocks: blocks, context: context, now: now, limits: limits)
        let text = try interpreter.render(root)
        guard !text.hasLoneSurrogate else { throw .invalid("the text has half of a surrogate pair") }
        return text
    }
}

extension Value {
    /// Who wrote a text.
    enum Origin { case template, user }

    /// A value out of JSON; its texts, names of members included, have the given origin.
    init(_ json: JSONValue, origin: Origin) throws(TemplateError) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .boolean(value)
        case .number(let number): self = try Value(number)
        case .string(let string): self = .string(Value.text(string, origin))
        case .array(let elements):
            var values: [Value] = []
            for element in elements { values.append(try Value(element, origin: origin)) }
            self = .list(try Items(values))
        case .object(let object):
            let mapping = Mapping()
            for (name, value) in object.members {
                try mapping.set(.string(Value.text(name, origin)), try Value(value, origin: origin))
            }
            self = .dictionary(mapping)
        }
    }

    static func text(_ string: String, _ origin: Origin) -> Text {
        switch origin {
        case .template: Text(string)
        case .user: Text(user: string)
        }
    }

    /// Python reads a number as an integer if it has neither a point nor an exponent.
    private init(_ number: JSONNumber) throws(TemplateError) {
        if number.text.utf8.contains(where: { $0 == 46 || $0 | 32 == 101 }) {
            self = .float(Double(number.text) ?? .infinity)
        } else if let integer = Int(number.text) {
            self = .integer(integer)
        } else {
            throw .unsupported(line: 0, what: "an integer beyond 64 bits")
        }
    }
}
