import JSON

/// JSON as models write it: a name given twice counts with its last value.
enum LenientJSON {
    static func value(_ bytes: [UInt8]) -> JSONValue? {
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        return try? JSONParser.parse(bytes, options: options)
    }

    static func value(_ text: String) -> JSONValue? { value(Array(text.utf8)) }

    /// Arguments: an object, an object in a string, or nothing at all, which is an empty object.
    static func arguments(_ value: JSONValue?) -> JSONObject? {
        switch value {
        case .object(let object): object
        case .string(let text): text.utf8.allSatisfy(\.isSpace) ? JSONObject() : LenientJSON.value(text)?.objectValue
        case .null: JSONObject()
        default: nil
        }
    }
}
