import JSON

/// What JSON Schema's keywords mean to a constraint.
enum SchemaKeywords {
    /// Say nothing about which values are valid.
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment",
        "$schema", "$id", "id", "$defs", "definitions", "$anchor", "$vocabulary", "discriminator", "externalDocs",
        "xml",
        "contentEncoding", "contentMediaType", "contentSchema", "enumNames", "markdownDescription", "propertyOrdering",
        "strict",
    ]

    /// Which type a keyword speaks of.
    static let types: [String: JSONType] = [
        "properties": .object, "required": .object, "additionalProperties": .object, "unevaluatedProperties": .object,
        "minProperties": .object, "maxProperties": .object, "items": .array, "prefixItems": .array,
        "additionalItems": .array, "unevaluatedItems": .array, "minItems": .array, "maxItems": .array,
        "uniqueItems": .array, "minLength": .string, "maxLength": .string, "pattern": .string, "format": .string,
        "minimum": .number, "maximum": .number, "exclusiveMinimum": .number, "exclusiveMaximum": .number,
        "multipleOf": .number,
    ]

    /// Speak of values of any type.
    static let general: Set<String> = ["type", "enum", "const", "nullable", "$ref", "allOf", "anyOf", "oneOf"]

    /// Why others cannot be kept.
    static func reason(against keyword: String) -> String {
        switch keyword {
        case "not", "if", "then", "else", "contains", "minContains", "maxContains", "uniqueItems", "propertyNames",
            "patternProperties", "dependentSchemas", "dependentRequired", "dependencies", "multipleOf":
            "a grammar cannot say it"
        case "$dynamicRef", "$recursiveRef": "references depend on the schema alone"
        default: "it is unknown"
        }
    }
}

/// The types of JSON Schema.
enum JSONType: String, CaseIterable {
    case null, boolean, integer, number, string, array, object

    /// The type of a value; whole numbers are integers.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .number(let number): self = number.int == nil ? .number : .integer
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }
}

/// Types that a value may have.
struct JSONTypes: Equatable {
    private(set) var members: Set<JSONType>

    static let all = JSONTypes([.null, .boolean, .number, .string, .array, .object])

    init(_ members: some Sequence<JSONType>) {
        self.members = Set(members)
        if self.members.contains(.number) { self.members.remove(.integer) }
    }

    func contains(_ type: JSONType) -> Bool {
        members.contains(type) || (type == .integer && members.contains(.number))
    }

    func intersection(_ other: JSONTypes) -> JSONTypes {
        JSONTypes(JSONType.allCases.filter { contains($0) && other.contains($0) })
    }
}
