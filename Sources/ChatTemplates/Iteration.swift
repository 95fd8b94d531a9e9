/// Something that gives one value after another, once: Python's iterators and generators.
final class ValueIterator {
    typealias Step = () throws(TemplateError) -> Value?

    private let step: Step
    let depth: Int

    init(depth: Int, step: @escaping Step) {
        self.depth = depth
        self.step = step
    }

    func next() throws(TemplateError) -> Value? { try step() }

    /// An iterator over values that are already there.
    convenience init(_ values: [Value]) throws(TemplateError) {
        self.init(count: values.count, depth: try Value.depth(around: values)) { index in values[index] }
    }

    /// An iterator over elements that are found by their index.
    convenience init(count: Int, depth: Int = 1, element: @escaping (Int) throws(TemplateError) -> Value) {
        var index = 0
        self.init(depth: depth) { () throws(TemplateError) in
            guard index < count else { return nil }
            index += 1
            return try element(index - 1)
        }
    }
}

extension Interpreter {
    /// An iterator over what Python can iterate over, and the number of elements if it has one.
    func iterator(over value: Value) throws(TemplateError) -> (iterator: ValueIterator, count: Int?) {
        switch value {
        case .iterator(let iterator): return (iterator, nil)
        case .loop(let loop):
            return (ValueIterator(depth: loop.depth + 1) { () throws(TemplateError) in try loop.nextPair() }, nil)
        case .macro, .function, .method, .namespace, .cycler, .joiner, .none, .boolean, .integer, .float:
            throw .invalid("'\(value.typeName)' object is not iterable")
        default: break
        }
        let count = try length(value)
        return (
            ValueIterator(count: count, depth: value.depth) { index throws(TemplateError) in
                try Interpreter.element(value, index)
            }, count
        )
    }

    /// The element at an index below the length of anything that has both.
    private static func element(_ value: Value, _ index: Int) throws(TemplateError) -> Value {
        switch value {
        case .string(let text): .string(Text(symbols: [text.symbols[index]]))
        case .list(let items), .tuple(let items): items.values[index]
        case .dictionary(let mapping): mapping.keys[index]
        case .view(let view): try view.element(index)
        case .range(let range): .integer(range[index])
        default: .none
        }
    }

    /// All elements of what Python can iterate over.
    func elements(_ value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .list(let items), .tuple(let items):
            try charge(items.values.count)
            return items.values
        default:
            var result: [Value] = []
            let iterator = try iterator(over: value).iterator
            while let element = try iterator.next() {
                try charge(1)
                result.append(element)
            }
            return result
        }
    }

    /// Python's `len()`.
    func length(_ value: Value) throws(TemplateError) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text): return text.count
        case .list(let items), .tuple(let items): return items.values.count
        case .dictionary(let mapping): return mapping.count
        case .view(let view): return view.mapping.count
        case .range(let range): return range.count
        case .loop(let loop): return try loop.length()
        default: throw .invalid("object of type '\(value.typeName)' has no len()")
        }
    }

    func list(_ values: [Value]) throws(TemplateError) -> Value {
        try charge(values.count)
        return .list(try Items(values))
    }

    func tuple(_ values: [Value]) throws(TemplateError) -> Value { .tuple(try Items(values)) }
}

/// The `loop` of a `for`: where it is, and what comes before and after.
final class LoopState {
    private let iterator: ValueIterator
    private var count: Int?
    private var ahead: ArraySlice<Value> = []
    private(set) var index0 = -1
    private(set) var current: Value?
    private(set) var previous: Value?
    private var lastChanged: [Value]?
    let depth: Int
    let depth0: Int
    /// Renders the loop's body for other elements; nil if the loop is not recursive.
    let recurse: ((Value, Int) throws(TemplateError) -> Value)?

    init(
        _ iterator: ValueIterator, count: Int?, depth0: Int,
        recurse: ((Value, Int) throws(TemplateError) -> Value)?
    ) throws(TemplateError) {
        self.iterator = iterator
        self.count = count
        self.depth0 = depth0
        self.recurse = recurse
        depth = iterator.depth + 1
        guard depth <= Value.depthLimit else {
            throw .limit(line: 0, what: "values inside one another", most: Value.depthLimit)
        }
    }

    /// Goes on to the next element.
    func next() throws(TemplateError) -> Value? {
        var upcoming = ahead.popFirst()
        if upcoming == nil { upcoming = try iterator.next() }
        guard let following = upcoming else { return nil }
        index0 += 1
        previous = current
        current = following
        return following
    }

    /// What iterating over `loop` itself gives.
    func nextPair() throws(TemplateError) -> Value? {
        guard let element = try next() else { return nil }
        return .tuple(try Items([element, .loop(self)]))
    }

    /// The element after the current one.
    func peek() throws(TemplateError) -> Value? {
        if ahead.isEmpty, let following = try iterator.next() { ahead.append(following) }
        return ahead.first
    }

    /// The number of elements; where only walking tells, they are all fetched now.
    func length() throws(TemplateError) -> Int {
        if let count { return count }
        while let following = try iterator.next() { ahead.append(following) }
        let length = index0 + 1 + ahead.count
        count = length
        return length
    }

    /// Whether these values differ from those of the last call.
    func changed(
        _ values: [Value], isEqual: ([Value], [Value]) throws(TemplateError) -> Bool
    ) throws(TemplateError) -> Bool {
        if let lastChanged, try isEqual(lastChanged, values) { return false }
        lastChanged = values
        return true
    }
}
