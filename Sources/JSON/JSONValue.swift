/// A JSON value. Members of objects keep their order, numbers keep their digits.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// An integer.
    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(value)) }

    /// The shortest digits that give this number back; null if it is not finite, for which JSON has no word.
    package static func double(_ value: Double) -> JSONValue { JSONNumber(value).map(JSONValue.number) ?? .null }

    /// The shortest digits that give this number back; null if it is not finite, for which JSON has no word.
    package static func float(_ value: Float) -> JSONValue { JSONNumber(value).map(JSONValue.number) ?? .null }

    /// The value of a member; nil if there is none or this is no object.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }

    package var isNull: Bool { self == .null }

    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var numberValue: JSONNumber? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The number as an integer; nil for other values and for numbers with a fraction or beyond `Int`.
    package var intValue: Int? { numberValue?.int }

    /// The number rounded to the nearest double; nil for other values.
    package var doubleValue: Double? { numberValue?.double }

    package var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }
}

/// A number as its digits, so that none is lost on the way: `1.10` stays `1.10`, and 2⁵³ + 1 is not rounded.
///
/// Numbers are equal when their digits are.
package struct JSONNumber: Sendable, Equatable {
    /// The number as JSON spells it.
    package let text: String

    /// - Precondition: `text` is a number by JSON's grammar.
    init(verified text: String) { self.text = text }

    package init(_ value: some BinaryInteger) { text = "\(value)" }

    /// Nil if the value is not finite.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = "\(value)"
    }

    /// Nil if the value is not finite.
    package init?(_ value: Float) {
        guard value.isFinite else { return nil }
        text = "\(value)"
    }

    /// The value if it is whole and fits: `3`, `3.0` and `3e0` are three.
    package var int: Int? { Int(text) ?? double.flatMap { Int(exactly: $0) } }

    /// The nearest double; nil if it overflows.
    package var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

/// The members of an object, in order.
package struct JSONObject: Sendable, Equatable {
    /// Names in order.
    package private(set) var keys: [String] = []
    private var values: [ExactText: JSONValue] = [:]

    package init() {}

    /// Members in order; a name given twice keeps its first place and its last value.
    package init(_ members: some Sequence<(key: String, value: JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    package var count: Int { keys.count }

    /// Members in order.
    package var members: [(key: String, value: JSONValue)] { keys.map { ($0, self[$0] ?? .null) } }

    /// The value of a member; setting a new one appends it, setting nil removes it.
    package subscript(key: String) -> JSONValue? {
        get { values[ExactText(text: key)] }
        set {
            guard let newValue else {
                guard values.removeValue(forKey: ExactText(text: key)) != nil else { return }
                keys.removeAll { ExactText(text: $0) == ExactText(text: key) }
                return
            }
            if values.updateValue(newValue, forKey: ExactText(text: key)) == nil { keys.append(key) }
        }
    }
}

/// Text that is equal only to the same bytes: a composed and a decomposed `é` are two names in JSON, one in Swift.
private struct ExactText: Hashable, Sendable {
    let text: String

    static func == (one: ExactText, other: ExactText) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.lazy.map { (key: $0.0, value: $0.1) }))
    }
}
