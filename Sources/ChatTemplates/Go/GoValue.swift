import JSON

/// What a Go template computes with.
///
/// Values never change and cannot hold themselves. All numbers out of JSON that are whole are integers.
enum GoValue: Sendable {
    /// No value at all: what an expression is that found nothing.
    case none
    /// Go's `nil`: an element or member without a value.
    case null
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(Text)
    case list(GoList)
    case map(GoMap)
    case object(GoObject)

    static func text(_ string: String) -> GoValue { .string(Text(string)) }
}

/// A slice.
final class GoList: Sendable {
    let values: [GoValue]
    /// Whether it prints as JSON, as Ollama's lists of tools do.
    let printsJSON: Bool

    init(_ values: [GoValue], printsJSON: Bool = false) {
        self.values = values
        self.printsJSON = printsJSON
    }
}

/// A map with texts as keys. A key that is not there gives nil.
final class GoMap: Sendable {
    /// In the order in which they were given.
    let keys: [Text]
    private let values: [Text: GoValue]
    /// Whether it prints as JSON, as the arguments of tool calls do.
    let printsJSON: Bool
    /// Whether its members keep their order as JSON; Go sorts them.
    let keepsOrder: Bool

    /// The last of two values of one key counts.
    init(_ members: [(Text, GoValue)], printsJSON: Bool = false, keepsOrder: Bool = false) {
        var keys: [Text] = []
        var values: [Text: GoValue] = [:]
        for (key, value) in members where values.updateValue(value, forKey: key) == nil { keys.append(key) }
        self.keys = keys
        self.values = values
        self.printsJSON = printsJSON
        self.keepsOrder = keepsOrder
    }

    var count: Int { keys.count }

    subscript(key: Text) -> GoValue? { values[key] }

    /// Keys in the order of their bytes, in which Go walks and prints maps.
    var sortedKeys: [Text] { keys.sorted { $0.string.utf8.lexicographicallyPrecedes($1.string.utf8) } }
}

/// A struct: asking for a field that it does not have is an error.
final class GoObject: Sendable {
    let typeName: String
    let fields: [(name: String, value: GoValue)]
    private let values: [String: GoValue]
    /// What it is as JSON.
    let json: GoValue
    let printsJSON: Bool

    init(_ typeName: String, _ fields: [(String, GoValue)], json: GoValue, printsJSON: Bool = true) {
        self.typeName = typeName
        self.fields = fields.map { (name: $0.0, value: $0.1) }
        values = Dictionary(fields) { _, last in last }
        self.json = json
        self.printsJSON = printsJSON
    }

    subscript(name: String) -> GoValue? { values[name] }
}

extension GoValue {
    /// A value out of JSON whose texts, keys included, have the given origin.
    ///
    /// - Parameter keepsOrder: Whether members of objects keep their order when they become JSON again.
    init(_ json: JSONValue, origin: Value.Origin, keepsOrder: Bool = false) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .boolean(value)
        case .number(let number):
            let isFloat = number.text.utf8.contains { $0 == 46 || $0 | 32 == 101 }
            let integer = isFloat ? nil : Int(number.text)
            self = integer.map(GoValue.integer) ?? .float(Double(number.text) ?? .infinity)
        case .string(let string): self = .string(Value.text(string, origin))
        case .array(let elements):
            self = .list(GoList(elements.map { GoValue($0, origin: origin, keepsOrder: keepsOrder) }))
        case .object(let object):
            let members = object.members.map { key, value in
                (Value.text(key, origin), GoValue(value, origin: origin, keepsOrder: keepsOrder))
            }
            self = .map(GoMap(members, keepsOrder: keepsOrder))
        }
    }

    /// Whether there is no value.
    var isNothing: Bool {
        switch self {
        case .none, .null: true
        default: false
        }
    }

    /// Go's truth: false, zero, nothing and empty are false.
    var isTrue: Bool {
        switch self {
        case .none, .null: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let list): !list.values.isEmpty
        case .map(let map): map.count > 0
        case .object: true
        }
    }

    /// The type's name in Go.
    var typeName: String {
        switch self {
        case .none, .null: "<nil>"
        case .boolean: "bool"
        case .integer: "int"
        case .float: "float64"
        case .string: "string"
        case .list: "[]interface {}"
        case .map: "map[string]interface {}"
        case .object(let object): object.typeName
        }
    }
}
