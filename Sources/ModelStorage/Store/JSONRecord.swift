import JSON

/// A JSON object of known and unknown fields: reading and writing it loses none.
protocol JSONRecord {
    var fields: JSONObject { get set }
}

extension JSONRecord {
    /// A text field; empty texts count as absent, as in Go.
    func string(_ key: String) -> String? {
        guard let text = fields[key]?.stringValue, !text.isEmpty else { return nil }
        return text
    }

    mutating func set(_ key: String, _ text: String?) { fields[key] = text.map(JSONValue.string) }

    /// A list of texts; what is no text in it is left out.
    func strings(_ key: String) -> [String] { fields[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// Sets a list; an empty one removes the field.
    mutating func set(_ key: String, _ texts: [String]) {
        fields[key] = texts.isEmpty ? nil : .array(texts.map(JSONValue.string))
    }
}
