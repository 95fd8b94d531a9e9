package import JSON

/// The members of one JSON object of a request: reads them by type and says exactly what is wrong with one.
///
/// A member that is null counts as not sent. Ollama's names match in any case, the others' exactly.
package struct RequestObject: Sendable {
    let dialect: Dialect
    /// Where the object lies in the request: empty for the request itself.
    let path: String
    let members: JSONObject
    /// Names by their lower-case form, where the dialect ignores case.
    private let spellings: [String: String]

    /// - Throws: `invalid` if the value is no object.
    package init(_ value: JSONValue, dialect: Dialect, path: String = "") throws(WireError) {
        guard case .object(let members) = value else {
            throw Self.mismatch(dialect, path: path.isEmpty ? "request" : path, expected: "object", found: value)
        }
        self.init(members: members, dialect: dialect, path: path)
    }

    private init(members: JSONObject, dialect: Dialect, path: String) {
        self.dialect = dialect
        self.path = path
        self.members = members
        var spellings: [String: String] = [:]
        if dialect == .ollama {
            for key in members.keys { spellings[key.lowercased()] = key }
        }
        self.spellings = spellings
    }

    /// The member's value; nil if it is absent or null.
    func value(_ name: String) -> JSONValue? {
        guard let value = members[name] ?? spellings[name].flatMap({ members[$0] }), !value.isNull else { return nil }
        return value
    }

    /// The first of several spellings that was sent.
    func value(_ names: [String]) -> (name: String, value: JSONValue)? {
        for name in names {
            if let value = value(name) { return (name, value) }
        }
        return nil
    }

    func string(_ name: String) throws(WireError) -> String? {
        guard let value = value(name) else { return nil }
        guard let string = value.stringValue else { throw mismatch(name, expected: "string") }
        return string
    }

    /// The first of several spellings that was sent.
    func string(anyOf names: [String]) throws(WireError) -> String? {
        for name in names {
            if let string = try string(name) { return string }
        }
        return nil
    }

    func bool(_ name: String) throws(WireError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.boolValue else { throw mismatch(name, expected: "boolean") }
        return bool
    }

    func int(_ name: String) throws(WireError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let int = value.intValue else { throw mismatch(name, expected: "integer") }
        return int
    }

    /// An integer within a range.
    func int(_ name: String, in range: ClosedRange<Int>) throws(WireError) -> Int? {
        guard let int = try int(name) else { return nil }
        guard range.contains(int) else {
            throw error(name, "\(name) must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return int
    }

    /// A number that single precision can hold.
    func float(_ name: String) throws(WireError) -> Float? {
        guard let value = value(name) else { return nil }
        guard let float = value.finiteFloat else { throw mismatch(name, expected: "number") }
        return float
    }

    func array(_ name: String) throws(WireError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let array = value.arrayValue else { throw mismatch(name, expected: "array") }
        return array
    }

    func strings(_ name: String) throws(WireError) -> [String]? {
        guard let array = try array(name) else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(array.count)
        for (index, element) in array.enumerated() {
            guard let string = element.stringValue else {
                throw mismatch("\(name)[\(index)]", expected: "string", found: element)
            }
            strings.append(string)
        }
        return strings
    }

    /// One string or several.
    func oneOrMoreStrings(_ name: String) throws(WireError) -> [String]? {
        if let string = value(name)?.stringValue { return [string] }
        guard value(name)?.arrayValue != nil || value(name) == nil else {
            throw mismatch(name, expected: "string or array of strings")
        }
        return try strings(name)
    }

    func object(_ name: String) throws(WireError) -> RequestObject? {
        guard let value = value(name) else { return nil }
        return try RequestObject(value, dialect: dialect, path: path(name))
    }

    func objects(_ name: String) throws(WireError) -> [RequestObject]? {
        guard let array = try array(name) else { return nil }
        var objects: [RequestObject] = []
        objects.reserveCapacity(array.count)
        for (index, element) in array.enumerated() {
            objects.append(try RequestObject(element, dialect: dialect, path: path("\(name)[\(index)]")))
        }
        return objects
    }

    /// A list of token ids.
    func tokens(_ name: String) throws(WireError) -> [Int32]? {
        guard let array = try array(name) else { return nil }
        guard let tokens = array.tokenIDs else { throw mismatch(name, expected: "array of token ids") }
        return tokens
    }

    /// A string that must have been sent.
    func required(_ name: String) throws(WireError) -> String {
        guard let string = try string(name) else { throw error(name, "\(path(name)) is required") }
        return string
    }

    // MARK: Errors

    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func error(_ name: String, _ message: String, kind: WireError.Kind = .invalid) -> WireError {
        WireError(kind, message, parameter: path(name))
    }

    func mismatch(_ name: String, expected: String) -> WireError {
        mismatch(name, expected: expected, found: value(name) ?? .null)
    }

    func mismatch(_ name: String, expected: String, found: JSONValue) -> WireError {
        Self.mismatch(dialect, path: path(name), expected: expected, found: found)
    }

    private static func mismatch(
        _ dialect: Dialect, path: String, expected: String, found: JSONValue
    ) -> WireError {
        let message =
            dialect == .ollama
            ? "json: cannot unmarshal \(found.typeName) into field \(path) of type \(expected)"
            : "invalid type for '\(path)': expected \(expected), found \(found.typeName)"
        return WireError(.invalid, message, parameter: path)
    }
}

extension JSONValue {
    /// What kind of value this is, as error messages call it.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): number.int == nil ? "number \(number.text.prefix(24))" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The number in single precision; nil for other values and for numbers beyond its range.
    var finiteFloat: Float? { doubleValue.map { Float($0) }.flatMap { $0.isFinite ? $0 : nil } }

    /// The number as a token id; nil for other values and negative numbers.
    var tokenID: Int32? { intValue.flatMap { Int32(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil } }
}

extension [JSONValue] {
    /// The elements as token ids; nil if one is none.
    var tokenIDs: [Int32]? {
        var tokens: [Int32] = []
        tokens.reserveCapacity(count)
        for element in self {
            guard let token = element.tokenID else { return nil }
            tokens.append(token)
        }
        return tokens
    }
}

extension JSONObject {
    /// Members in order, those that are nil left out: what "omitted when empty" means in replies.
    init(present members: [(String, JSONValue?)]) {
        self.init(members.lazy.compactMap { name, value in value.map { (key: name, value: $0) } })
    }
}

extension JSONValue {
    /// The value, or nothing: what "omitted when empty" hangs on. A conditional expression cannot say it, since
    /// `nil` there is JSON's null.
    func unless(_ isEmpty: Bool) -> JSONValue? {
        guard !isEmpty else { return nil }
        return self
    }

    /// An object of the members that are not nil.
    static func object(present members: (String, JSONValue?)...) -> JSONValue {
        .object(JSONObject(present: members))
    }
}
