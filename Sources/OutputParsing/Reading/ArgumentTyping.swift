import JSON

/// Gives a value that a model wrote as bare text the type its tool's schema asks for.
enum ArgumentTyping {
    /// The value: text unless the schema wants something else and the text is that.
    static func value(_ text: String, of parameter: String, in tool: ToolSignature?) -> JSONValue {
        guard let schema = tool?.parameters?["properties"]?[parameter] else { return .string(text) }
        let types = types(of: schema, depth: 0)
        guard let types, !types.isEmpty else { return .string(text) }
        let trimmed = text.utf8.trimmedText
        for type in ["null", "boolean", "integer", "number", "array", "object"] where types.contains(type) {
            if let value = value(trimmed, type: type) { return value }
        }
        return .string(text)
    }

    /// Names of the types that a schema allows; nil if it does not say. References are not followed.
    private static func types(of schema: JSONValue, depth: Int) -> Set<String>? {
        guard depth < 8 else { return nil }
        if let type = schema["type"]?.stringValue { return [type] }
        if let list = schema["type"]?.arrayValue { return Set(list.compactMap(\.stringValue)) }
        for key in ["anyOf", "oneOf"] {
            guard let choices = schema[key]?.arrayValue else { continue }
            return choices.reduce(into: []) { $0.formUnion(types(of: $1, depth: depth + 1) ?? []) }
        }
        if let values = schema["enum"]?.arrayValue { return Set(values.map(typeName)) }
        return schema["properties"] != nil ? ["object"] : nil
    }

    private static func typeName(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func value(_ text: String, type: String) -> JSONValue? {
        switch type {
        case "null": return ["null", "None"].contains(text) ? .null : nil
        case "boolean":
            if ["true", "True"].contains(text) { return .bool(true) }
            return ["false", "False"].contains(text) ? .bool(false) : nil
        case "integer": return number(text).flatMap { $0.int == nil ? nil : .number($0) }
        case "number": return number(text).map(JSONValue.number)
        default:
            // Python's spelling of a list or dictionary is not JSON, but models write it.
            let value = LenientJSON.value(text) ?? PythonLiteral.value(Array(text.utf8))
            let isWanted = type == "array" ? value?.arrayValue != nil : value?.objectValue != nil
            return isWanted ? value : nil
        }
    }

    private static func number(_ text: String) -> JSONNumber? { LenientJSON.value(text)?.numberValue }
}
