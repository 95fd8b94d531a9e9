import JSON

/// Makes one schema of two that both have to hold.
struct SchemaMerger {
    let place: LocatedSchema

    /// The types that a schema allows, as far as it says.
    static func types(of schema: JSONObject) -> JSONTypes {
        if let values = SchemaResolver.values(schema) { return JSONTypes(values.map(JSONType.init)) }
        var types = JSONTypes.all
        if let names = schema["type"].map({ $0.arrayValue ?? [$0] }) {
            types = JSONTypes(names.compactMap { $0.stringValue.flatMap(JSONType.init) })
        } else {
            // A keyword about strings is meant for a string, though JSON Schema lets numbers pass it.
            let implied = schema.members.compactMap { SchemaKeywords.types[$0.key] }
            if !implied.isEmpty { types = JSONTypes(implied) }
        }
        if schema["nullable"] == true { types = JSONTypes(types.members.union([.null])) }
        return types
    }

    /// Both schemas as one; nil if nothing can satisfy both.
    func merged(_ one: JSONObject, _ other: JSONObject) throws(GrammarError) -> JSONObject? {
        if one.count == 0 { return other }
        if other.count == 0 { return one }
        var result = one
        for (keyword, value) in other.members {
            guard let before = one[keyword] else {
                result[keyword] = value
                continue
            }
            if before == value { continue }
            switch keyword {
            case "type", "nullable", "enum", "const", "properties", "additionalProperties": break
            case "required": result[keyword] = .array((before.arrayValue ?? []) + (value.arrayValue ?? []))
            case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
                result[keyword] = try extreme(keyword, before, value, takesLarger: true)
            case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
                result[keyword] = try extreme(keyword, before, value, takesLarger: false)
            case "items": result[keyword] = Self.both(before, value)
            default: throw place.unsupported(keyword, "two of it cannot be merged into one")
            }
        }
        let types = Self.types(of: one).intersection(Self.types(of: other))
        guard !types.members.isEmpty else { return nil }
        if one["type"] != nil || other["type"] != nil {
            result["nullable"] = nil
            result["type"] = .array(
                JSONType.allCases.filter { types.members.contains($0) }.map { .string($0.rawValue) })
        }
        mergeValues(one, other, into: &result)
        try mergeProperties(one, other, into: &result)
        return result
    }

    static func both(_ one: JSONValue, _ other: JSONValue) -> JSONValue {
        if one == true || one == other { return other }
        if other == true { return one }
        return ["allOf": [one, other]]
    }

    private func extreme(
        _ keyword: String, _ one: JSONValue, _ other: JSONValue, takesLarger: Bool
    ) throws(GrammarError) -> JSONValue {
        guard let left = one.doubleValue, let right = other.doubleValue else {
            throw place.malformed("a number as \(keyword)", one)
        }
        return (left > right) == takesLarger ? one : other
    }

    private func mergeValues(_ one: JSONObject, _ other: JSONObject, into result: inout JSONObject) {
        guard let left = SchemaResolver.values(one), let right = SchemaResolver.values(other) else { return }
        result["const"] = nil
        result["enum"] = .array(left.filter { right.contains($0) })
    }

    /// A property that only one of the two lists has to satisfy the other's `additionalProperties` too.
    private func mergeProperties(
        _ one: JSONObject, _ other: JSONObject, into result: inout JSONObject
    ) throws(GrammarError) {
        let left = one["properties"]?.objectValue ?? JSONObject()
        let right = other["properties"]?.objectValue ?? JSONObject()
        var properties = JSONObject()
        for (name, schema) in left.members {
            properties[name] = Self.both(schema, right[name] ?? other["additionalProperties"] ?? true)
        }
        for (name, schema) in right.members where left[name] == nil {
            properties[name] = Self.both(one["additionalProperties"] ?? true, schema)
        }
        if properties.count > 0 { result["properties"] = .object(properties) }
        if let additional = one["additionalProperties"], let others = other["additionalProperties"] {
            result["additionalProperties"] = Self.both(additional, others)
        }
    }
}
