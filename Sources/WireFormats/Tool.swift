package import JSON

/// A function that the model may call.
package struct Tool: Sendable, Equatable {
    package var name: String
    package var description: String?
    /// JSON Schema of the arguments, members in the client's order.
    package var parameters: JSONValue?

    package init(name: String, description: String? = nil, parameters: JSONValue? = nil) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    /// The tool as chat templates and Ollama's interface have it.
    package var definition: JSONValue {
        let function = JSONValue.object(
            present: ("name", .string(name)), ("description", description.map(JSONValue.string)),
            ("parameters", parameters))
        return ["type": "function", "function": function]
    }

    /// Reads `{type, function: {name, description, parameters}}`, the form of Ollama and of OpenAI's chats.
    /// - Throws: `unsupported` for tools that are not functions, `invalid` for one without a name.
    init(_ object: RequestObject) throws(WireError) {
        let type = try object.string("type") ?? "function"
        guard type == "function" else {
            throw object.error("type", "tools of type '\(type)' are not supported, only 'function'", kind: .unsupported)
        }
        guard let function = try object.object("function") else {
            throw object.error("function", "\(object.path("function")) is required")
        }
        try self.init(function: function)
    }

    /// Reads `{name, description, parameters}`.
    /// - Parameter schemaName: what the dialect calls the parameters.
    init(function: RequestObject, schemaName: String = "parameters") throws(WireError) {
        name = try function.required("name")
        guard !name.isEmpty else { throw function.error("name", "\(function.path("name")) is empty") }
        description = try function.string("description")
        if let parameters = function.value(schemaName) {
            guard case .object = parameters else { throw function.mismatch(schemaName, expected: "object") }
            self.parameters = parameters
        }
    }
}

/// Whether and which tool must be called.
package enum ToolChoice: Sendable, Equatable {
    /// The model decides.
    case auto
    /// No call.
    case none
    /// At least one call of any tool.
    case required
    /// A call of this tool.
    case named(String)
}

extension [Tool] {
    /// Checks that a choice names one of the tools, and that there are tools where one must be called.
    func check(_ choice: ToolChoice) throws(WireError) {
        switch choice {
        case .auto, .none: return
        case .required:
            guard isEmpty else { return }
            throw WireError(.invalid, "tool_choice requires a call, but no tools were sent", parameter: "tool_choice")
        case .named(let name):
            guard !contains(where: { $0.name == name }) else { return }
            throw WireError(
                .invalid, "tool_choice names '\(name)', which is not among the tools", parameter: "tool_choice")
        }
    }
}
