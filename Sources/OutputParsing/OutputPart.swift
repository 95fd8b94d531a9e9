package import JSON

/// A piece of what a model said, in order.
package enum OutputPart: Sendable, Equatable {
    /// Text of the model's reasoning, without its tags.
    case thinking(String)
    /// Text of the answer.
    case text(String)
    /// A call's name is known. The parts of a call follow each other without others between them.
    case toolCallBegan(index: Int, name: String)
    /// More of a call's arguments; the parts of one call concatenate to the text of a JSON object.
    case toolCallArguments(index: Int, String)
    /// A call is whole. A call that began and never came whole was broken: its raw text follows as `text`.
    case toolCall(index: Int, name: String, arguments: JSONObject)
}

/// A tool that a model may call, as far as reading a call needs to know it.
package struct ToolSignature: Sendable, Equatable {
    /// What a call names.
    package let name: String
    /// JSON Schema of the arguments; nil if unknown.
    package let parameters: JSONValue?

    /// A tool by name and schema.
    package init(name: String, parameters: JSONValue? = nil) {
        self.name = name
        self.parameters = parameters
    }

    /// Names of the parameters, in the schema's order.
    var parameterNames: [String] { parameters?["properties"]?.objectValue?.keys ?? [] }
}
