package import JSON

/// A chat template in Go's template language, as Ollama's models bring them.
///
/// Reading a template resolves all its names; rendering changes nothing in it, so one can be rendered many times.
package struct GoTemplate: Sendable {
    private let bodies: [String: GoBody]
    /// Names of all fields that the template reads, without dots.
    package let fields: Set<String>

    /// Reads a template.
    ///
    /// - Throws: `TemplateError.syntax` where the text is no Go template, `.limit` where it nests too deeply.
    package init(source: String) throws(TemplateError) {
        bodies = try GoParser.bodies(of: source, functions: GoFunctions.names)
        fields = bodies.values.reduce(into: []) { $0.formUnion(GoNode.fields(of: $1.nodes)) }
    }

    /// Renders the template for a JSON value; a member that is not there is nothing.
    ///
    /// - Parameter now: What `currentDate` shows.
    package func render(
        data: JSONValue, now: LocalTime, limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) -> String {
        try render(GoValue(data, origin: .template), now: now, limits: limits).string
    }

    /// Renders the template, or that of another main body.
    func render(
        _ data: GoValue, main: [GoNode]? = nil, now: LocalTime, limits: TemplateLimits
    ) throws(TemplateError) -> Text {
        var bodies = bodies
        if let main { bodies[""] = GoBody(nodes: main, variableCount: bodies[""]?.variableCount ?? 1) }
        return try GoInterpreter(bodies: bodies, now: now, limits: limits).render(data)
    }

    /// The main body.
    var nodes: [GoNode] { bodies[""]?.nodes ?? [] }
}
