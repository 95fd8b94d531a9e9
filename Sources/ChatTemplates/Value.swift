/// What a template computes with: Python's values, as far as Jinja lets templates see them.
///
/// Containers never change once made (the sandbox forbids it); a template that wants to remember something uses
/// a namespace. Every container knows how deeply it nests, so that no walk over a value can overflow the stack.
enum Value {
    case undefined(Undefined)
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(Text)
    case list(Items)
    case tuple(Items)
    case dictionary(Mapping)
    /// What `keys()`, `values()` and `items()` return.
    case view(MappingView)
    case range(IntegerRange)
    /// A Python generator or iterator: can be walked once.
    case iterator(ValueIterator)
    case namespace(Namespace)
    case loop(LoopState)
    case cycler(Cycler)
    case joiner(Joiner)
    case macro(Macro)
    case function(GlobalFunction)
    case method(BoundMethod)

    static func text(_ string: String) -> Value { .string(Text(string)) }
    static var emptyText: Value { .string(Text()) }
}

/// A value that is not there, and what to say when it is used all the same.
final class Undefined {
    enum Reason {
        case variable(String)
        case missing(owner: String, description: String)
        case hint(String)
        case forbidden(String)
    }

    let reason: Reason

    init(_ reason: Reason) { self.reason = reason }

    /// What using it raises.
    var error: TemplateError {
        switch reason {
        case .variable(let name): .undefined(line: 0, message: "\(PythonText.quoted(name)) is undefined")
        case .missing(let owner, let description): .undefined(line: 0, message: "\(owner) has no \(description)")
        case .hint(let message): .undefined(line: 0, message: message)
        case .forbidden(let message): .forbidden(line: 0, message: message)
        }
    }
}

/// The elements of a list or tuple.
final class Items {
    let values: [Value]
    let depth: Int
    /// Names of the places, for the groups that `groupby` makes.
    let labels: [String]

    init(_ values: [Value], labels: [String] = []) throws(TemplateError) {
        self.values = values
        self.labels = labels
        depth = try Value.depth(around: values)
    }
}

/// A dictionary: pairs in the order in which their keys were first given.
final class Mapping {
    private(set) var keys: [Value] = []
    private(set) var values: [Value] = []
    private var places: [Key: Int] = [:]
    private(set) var depth = 1

    init() {}

    init(_ pairs: [(Value, Value)]) throws(TemplateError) {
        for (key, value) in pairs { try set(key, value) }
    }

    /// Only for whoever is still building it.
    func set(_ key: Value, _ value: Value) throws(TemplateError) {
        let hashable = try Key(key)
        if let place = places[hashable] {
            values[place] = value
        } else {
            places[hashable] = keys.count
            keys.append(key)
            values.append(value)
        }
        depth = max(depth, try Value.depth(around: CollectionOfOne(key)))
        depth = max(depth, try Value.depth(around: CollectionOfOne(value)))
    }

    subscript(key: Key) -> Value? { places[key].map { values[$0] } }
    subscript(name: Text) -> Value? { self[.text(name)] }

    var count: Int { keys.count }
    var pairs: [(Value, Value)] { Array(zip(keys, values)) }

    /// The pair at a place as a tuple.
    func item(_ index: Int) throws(TemplateError) -> Value { .tuple(try Items([keys[index], values[index]])) }
}

/// A value as a dictionary's key: `1`, `1.0` and `True` are one key, as in Python.
enum Key: Hashable {
    case none
    case integer(Int)
    case float(Double)
    case text(Text)
    case tuple([Key])
    case object(ObjectIdentifier)

    init(_ value: Value) throws(TemplateError) {
        switch value {
        case .none: self = .none
        case .boolean(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = Int(exactly: value).map(Key.integer) ?? .float(value)
        case .string(let text): self = .text(text)
        case .tuple(let items): self = .tuple(try items.values.map { value throws(TemplateError) in try Key(value) })
        case .undefined: self = .object(ObjectIdentifier(Undefined.self))
        case .namespace(let object): self = .object(ObjectIdentifier(object))
        case .macro(let object): self = .object(ObjectIdentifier(object))
        case .loop(let object): self = .object(ObjectIdentifier(object))
        case .cycler(let object): self = .object(ObjectIdentifier(object))
        case .joiner(let object): self = .object(ObjectIdentifier(object))
        case .iterator(let object): self = .object(ObjectIdentifier(object))
        case .function(let function): self = .text(Text("function " + function.name))
        case .range(let range): self = .tuple([.integer(range.start), .integer(range.count), .integer(range.step)])
        case .list, .dictionary, .view, .method: throw .invalid("unhashable type: '\(value.typeName)'")
        }
    }
}

/// What `keys()`, `values()` and `items()` return.
struct MappingView {
    enum Kind { case keys, values, items }

    let mapping: Mapping
    let kind: Kind

    func element(_ index: Int) throws(TemplateError) -> Value {
        switch kind {
        case .keys: mapping.keys[index]
        case .values: mapping.values[index]
        case .items: try mapping.item(index)
        }
    }
}

/// Python's `range`, of at most 100,000 numbers.
struct IntegerRange {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    static let countLimit = 100_000

    init(start: Int, stop: Int, step: Int) throws(TemplateError) {
        guard step != 0 else { throw .invalid("range() arg 3 must not be zero") }
        (self.start, self.stop, self.step) = (start, stop, step)
        guard step > 0 ? start < stop : start > stop else {
            count = 0
            return
        }
        let (distance, isTooFar) = stop.subtractingReportingOverflow(start)
        let steps = isTooFar ? .max : (distance.magnitude - 1) / step.magnitude + 1
        guard steps <= UInt(IntegerRange.countLimit) else {
            throw .limit(line: 0, what: "numbers in a range", most: IntegerRange.countLimit)
        }
        count = Int(steps)
    }

    /// - Precondition: `index` is below `count`, so that the sum lies between start and stop.
    subscript(index: Int) -> Int { start + index * step }
}

/// What `namespace(…)` makes: the one thing a template can change.
final class Namespace {
    private(set) var names: [Text] = []
    private var values: [Text: Value] = [:]

    func set(_ name: Text, _ value: Value) throws(TemplateError) {
        guard name.symbols.first.map({ $0 & Text.codePointMask }) != 95 else {
            throw .forbidden(line: 0, message: "set \(name.string), an underscored name, on a namespace")
        }
        if values.updateValue(value, forKey: name) == nil { names.append(name) }
    }

    subscript(name: Text) -> Value? { values[name] }

    /// Lets go of the values: a namespace can hold itself, and then only this frees it.
    func clear() {
        names = []
        values = [:]
    }
}

/// What `cycler(…)` makes.
final class Cycler {
    let items: [Value]
    var position = 0
    let depth: Int

    init(_ items: [Value]) throws(TemplateError) {
        guard !items.isEmpty else { throw .invalid("at least one item has to be provided") }
        self.items = items
        depth = try Value.depth(around: items)
    }
}

/// What `joiner(…)` makes: nothing the first time it is called, its separator after.
final class Joiner {
    let separator: Value
    var isUsed = false

    init(separator: Value) { self.separator = separator }
}

/// A method looked up on a value, not called yet.
final class BoundMethod {
    let name: String
    let receiver: Value
    let implementation: Method
    let depth: Int

    init(name: String, receiver: Value, implementation: Method) throws(TemplateError) {
        self.name = name
        self.receiver = receiver
        self.implementation = implementation
        depth = try Value.depth(around: [receiver])
    }
}

// MARK: What every value has

extension Value {
    /// Containers inside one another.
    static let depthLimit = 200

    /// How deeply a container of these values nests.
    static func depth(around values: some Sequence<Value>) throws(TemplateError) -> Int {
        var depth = 1
        for value in values { depth = max(depth, value.depth + 1) }
        guard depth <= depthLimit else { throw .limit(line: 0, what: "values inside one another", most: depthLimit) }
        return depth
    }

    var depth: Int {
        switch self {
        case .list(let items), .tuple(let items): items.depth
        case .dictionary(let mapping): mapping.depth
        case .view(let view): view.mapping.depth
        case .iterator(let iterator): iterator.depth
        case .loop(let loop): loop.depth
        case .cycler(let cycler): cycler.depth
        case .joiner(let joiner): joiner.separator.depth + 1
        case .method(let method): method.depth
        default: 1
        }
    }

    /// Python's name of the type, as error messages give it.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .boolean: "bool"
        case .integer: "int"
        case .float: "float"
        case .string(let text): text.isMarkup ? "Markup" : "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .view(let view):
            switch view.kind {
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        case .range: "range"
        case .iterator: "generator"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        case .macro: "Macro"
        case .function: "function"
        case .method: "builtin_function_or_method"
        }
    }

    /// The type as an undefined attribute's message names its owner.
    var ownerName: String {
        switch self {
        case .none: "None"
        case .namespace, .cycler, .joiner: "jinja2.utils.\(typeName) object"
        case .loop, .macro, .undefined: "jinja2.runtime.\(typeName) object"
        default: "\(typeName) object"
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// Python's truth.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let items), .tuple(let items): !items.values.isEmpty
        case .dictionary(let mapping): mapping.count > 0
        case .view(let view): view.mapping.count > 0
        case .range(let range): range.count > 0
        default: true
        }
    }

    var text: Text? {
        if case .string(let text) = self { text } else { nil }
    }

    /// An integer, or a Boolean as one.
    var integer: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    /// A number as a double.
    var number: Double? {
        if case .float(let value) = self { value } else { integer.map(Double.init) }
    }
}
