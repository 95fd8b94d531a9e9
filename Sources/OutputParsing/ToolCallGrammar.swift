package import JSON

/// What constrained decoding needs to force a valid call: text, then JSON by a schema, then text.
///
/// A call is `trigger`, then one of `alternatives`. Between calls stands `separator`.
package struct ToolCallGrammar: Sendable, Equatable {
    /// One way to go on after the trigger: `prefix`, a JSON value that `schema` allows, `suffix`.
    package struct Alternative: Sendable, Equatable {
        package let prefix: String
        package let schema: JSONValue
        package let suffix: String
    }

    /// What begins a call. Empty: a call has no mark of its own and is the whole answer, so that it can be forced
    /// but not waited for.
    package let trigger: String
    /// Ways to go on, of which exactly one is taken.
    package let alternatives: [Alternative]
    /// What stands between two calls, in place of the trigger; nil if one call is all that may be made.
    package let separator: String?
}

/// How the calls of a format are written, for those whose arguments are JSON.
struct CallShape: Sendable {
    enum Kind: Sendable {
        /// `{"name": …, "arguments": {…}}`
        case object
        /// A list of such objects.
        case list
        /// The name, this text, then the arguments alone.
        case named(String)
    }

    let kind: Kind
    let trigger: String
    var prefix = ""
    var suffix = ""
    var separator: String?
    var nameKey = "name"
    var argumentsKey = "arguments"
    /// Member before the name that numbers the calls.
    var idKey: String?
}

extension OutputFormat {
    /// What forces or guides a call of one of these tools; nil for formats whose calls JSON Schema cannot say, and
    /// if there is no such tool.
    /// - Parameters:
    ///   - name: the one tool to be called; nil for any.
    ///   - allowsSeveral: whether more than one call may be made.
    package func toolCallGrammar(
        for tools: [ToolSignature], calling name: String? = nil, allowsSeveral: Bool = true
    ) -> ToolCallGrammar? {
        let callable = tools.filter { name == nil || $0.name == name }
        guard let shape = calls?.shape, !callable.isEmpty else { return nil }
        return ToolCallGrammar(
            trigger: shape.trigger, alternatives: shape.alternatives(for: callable, allowsSeveral: allowsSeveral),
            separator: allowsSeveral ? shape.separator : nil)
    }
}

extension CallShape {
    fileprivate func alternatives(for tools: [ToolSignature], allowsSeveral: Bool) -> [ToolCallGrammar.Alternative] {
        switch kind {
        case .named(let between):
            return tools.map {
                .init(prefix: prefix + $0.name + between, schema: Self.argumentsSchema($0), suffix: suffix)
            }
        case .object: return [.init(prefix: prefix, schema: anyCall(tools), suffix: suffix)]
        case .list:
            var list: [(key: String, value: JSONValue)] = [
                ("type", .string("array")), ("items", anyCall(tools)), ("minItems", .integer(1)),
            ]
            if !allowsSeveral { list.append(("maxItems", .integer(1))) }
            return [.init(prefix: prefix, schema: .object(JSONObject(list)), suffix: suffix)]
        }
    }

    private func anyCall(_ tools: [ToolSignature]) -> JSONValue {
        let calls = tools.map(callSchema)
        return calls.count == 1 ? calls[0] : .object(JSONObject([("anyOf", .array(calls))]))
    }

    private func callSchema(_ tool: ToolSignature) -> JSONValue {
        var properties = JSONObject()
        if let idKey {
            properties[idKey] = .object(JSONObject([("type", .string("string")), ("maxLength", .integer(9))]))
        }
        properties[nameKey] = .object(JSONObject([("const", .string(tool.name))]))
        properties[argumentsKey] = Self.argumentsSchema(tool)
        return .object(
            JSONObject([
                ("type", .string("object")), ("properties", .object(properties)),
                ("required", .array(properties.keys.map(JSONValue.string))), ("additionalProperties", .bool(false)),
            ]))
    }

    private static func argumentsSchema(_ tool: ToolSignature) -> JSONValue {
        guard let schema = tool.parameters?.objectValue, schema.count > 0 else {
            return .object(JSONObject([("type", .string("object"))]))
        }
        return .object(schema)
    }
}
