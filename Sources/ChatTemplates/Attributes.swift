extension Interpreter {
    // MARK: Attributes and elements

    /// `owner.name`: the attribute if there is one, else the element of that key.
    func attribute(_ owner: Value, _ name: Text) throws(TemplateError) -> Value {
        if let value = try ownAttribute(owner, name) { return value }
        if case .dictionary(let mapping) = owner, let value = mapping[name] { return value }
        return missing(owner, .string(name))
    }

    /// `owner[key]`: the element if there is one, else the attribute of that name.
    func item(_ owner: Value, _ key: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = owner { throw undefined.error }
        if let value = try element(owner, key) { return value }
        if case .string(let name) = key, let value = try ownAttribute(owner, name) { return value }
        return missing(owner, key)
    }

    private func missing(_ owner: Value, _ key: Value) -> Value {
        var description = "element "
        var name = owner.ownerName
        if case .string(let text) = key {
            description = "attribute " + PythonText.quoted(text.string)
            name = PythonText.quoted(name)
        } else {
            description += (try? representation(key))?.string ?? "?"
        }
        return .undefined(Undefined(.missing(owner: name, description: description)))
    }

    private func element(_ owner: Value, _ key: Value) throws(TemplateError) -> Value? {
        switch owner {
        case .dictionary(let mapping):
            guard let key = try? Key(key) else { return nil }
            return mapping[key]
        case .list(let items), .tuple(let items): return index(key, count: items.values.count).map { items.values[$0] }
        case .string(let text):
            return index(key, count: text.count).map { place in
                .string(Text(symbols: [text.symbols[place]], isMarkup: text.isMarkup))
            }
        case .range(let range): return index(key, count: range.count).map { .integer(range[$0]) }
        default: return nil
        }
    }

    /// The place that a Python index means; negative ones count from the end.
    private func index(_ key: Value, count: Int) -> Int? {
        guard let index = key.integer else { return nil }
        let place = index < 0 ? index + count : index
        return place >= 0 && place < count ? place : nil
    }

    private static let unsafeListMethods: Set<String> = [
        "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove",
    ]
    private static let unsafeMappingMethods: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]

    /// What Python's `getattr` finds, and the sandbox lets through.
    func ownAttribute(_ owner: Value, _ name: Text) throws(TemplateError) -> Value? {
        if case .namespace(let namespace) = owner { return namespace[name] }
        let name = name.string
        if name.hasPrefix("__"), name.hasSuffix("__"), name.utf8.count > 4 {
            // What is not there has a class like everything, but none of a class's own attributes.
            if case .undefined(let undefined) = owner, name != "__class__" { throw undefined.error }
            return forbidden(owner, name)
        }
        switch owner {
        case .undefined(let undefined): throw undefined.error
        case .string: return try method(owner, name, Methods.text)
        case .list:
            if Interpreter.unsafeListMethods.contains(name) { return forbidden(owner, name) }
            return try method(owner, name, Methods.list)
        case .tuple(let items):
            if let place = items.labels.firstIndex(of: name) { return items.values[place] }
            return try method(owner, name, Methods.tuple)
        case .dictionary:
            if Interpreter.unsafeMappingMethods.contains(name) { return forbidden(owner, name) }
            return try method(owner, name, Methods.mapping)
        case .boolean, .integer: return try numberAttribute(owner, name)
        case .float:
            if name == "real" { return owner }
            return name == "imag" ? .float(0) : try method(owner, name, Methods.float)
        case .range(let range):
            let fields = ["start": range.start, "stop": range.stop, "step": range.step]
            if let field = fields[name] { return .integer(field) }
            return try method(owner, name, Methods.range)
        case .loop(let loop): return try loopAttribute(loop, name)
        case .macro(let macro): return try macroAttribute(macro, name)
        case .cycler(let cycler):
            return name == "current" ? cycler.items[cycler.position] : try method(owner, name, Methods.cycler)
        case .function(let function) where function.name == "dict": return try method(owner, name, Methods.dict)
        default: return nil
        }
    }

    private func forbidden(_ owner: Value, _ name: String) -> Value {
        let message = "access to attribute '\(name)' of '\(owner.typeName)' object is unsafe."
        return .undefined(Undefined(.forbidden(message)))
    }

    private func method(_ owner: Value, _ name: String, _ table: [String: Method]) throws(TemplateError) -> Value? {
        guard let implementation = table[name] else { return nil }
        return .method(try BoundMethod(name: name, receiver: owner, implementation: implementation))
    }

    private func numberAttribute(_ owner: Value, _ name: String) throws(TemplateError) -> Value? {
        guard let value = owner.integer else { return nil }
        switch name {
        case "real", "numerator": return .integer(value)
        case "imag": return .integer(0)
        case "denominator": return .integer(1)
        default: return try method(owner, name, Methods.integer)
        }
    }

    private func loopAttribute(_ loop: LoopState, _ name: String) throws(TemplateError) -> Value? {
        switch name {
        case "index": return .integer(loop.index0 + 1)
        case "index0": return .integer(loop.index0)
        case "revindex": return .integer(try loop.length() - loop.index0)
        case "revindex0": return .integer(try loop.length() - loop.index0 - 1)
        case "first": return .boolean(loop.index0 == 0)
        case "last": return .boolean(try loop.peek() == nil)
        case "length": return .integer(try loop.length())
        case "depth": return .integer(loop.depth0 + 1)
        case "depth0": return .integer(loop.depth0)
        case "previtem":
            if loop.index0 == 0 { return .undefined(Undefined(.hint("there is no previous item"))) }
            return loop.previous
        case "nextitem":
            if let next = try loop.peek() { return next }
            return .undefined(Undefined(.hint("there is no next item")))
        default: return try method(.loop(loop), name, Methods.loop)
        }
    }

    private func macroAttribute(_ macro: Macro, _ name: String) throws(TemplateError) -> Value? {
        switch name {
        case "name": return macro.body.name.map(Value.text) ?? Value.none
        case "arguments": return try tuple(macro.body.parameters.map { .text($0.name) })
        case "catch_kwargs": return .boolean(macro.body.keywordsIndex != nil)
        case "catch_varargs": return .boolean(macro.body.extraIndex != nil)
        case "caller": return .boolean(macro.body.callerIndex != nil)
        default: return nil
        }
    }

    // MARK: Slices

    /// `value[start:stop:step]`
    func slice(_ value: Value, start: Value, stop: Value, step: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = value { throw undefined.error }
        func places(_ count: Int) throws(TemplateError) -> [Int] {
            try Interpreter.slicePlaces(count, start: start, stop: stop, step: step)
        }
        switch value {
        case .string(let text):
            try charge(symbols: text.count)
            let symbols = try places(text.count).map { text.symbols[$0] }
            return .string(Text(symbols: symbols, isMarkup: text.isMarkup))
        case .list(let items): return try list(try places(items.values.count).map { items.values[$0] })
        case .tuple(let items): return try tuple(try places(items.values.count).map { items.values[$0] })
        case .range(let range):
            let places = try places(range.count)
            let step = try step.sliceBound() ?? 1
            guard let first = places.first, let last = places.last else {
                return .range(try IntegerRange(start: range.start, stop: range.start, step: range.step))
            }
            let stride = try calculate(.integer(range.step), .multiply, .integer(step))
            let stop = try calculate(.integer(range[last]), .add, stride)
            return .range(
                try IntegerRange(start: range[first], stop: try stop.asInteger(), step: try stride.asInteger()))
        default: throw .invalid("'\(value.typeName)' object is not subscriptable")
        }
    }

    private static func slicePlaces(
        _ count: Int, start: Value, stop: Value, step: Value
    ) throws(TemplateError) -> [Int] {
        let bound = try step.sliceBound() ?? 1
        guard bound != 0 else { throw .invalid("slice step cannot be zero") }
        let step = min(max(bound, -count - 1), count + 1)
        let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
        func clamped(_ bound: Int?, default: Int) -> Int {
            guard let bound else { return `default` }
            let place = bound < 0 ? max(bound, -count - 1) + count : bound
            return min(max(place, lowest), highest)
        }
        let first = clamped(try start.sliceBound(), default: step > 0 ? lowest : highest)
        let end = clamped(try stop.sliceBound(), default: step > 0 ? highest : lowest)
        return Array(stride(from: first, to: end, by: step))
    }
}

extension Value {
    /// A bound of a slice; nil for `none`.
    fileprivate func sliceBound() throws(TemplateError) -> Int? {
        if case .none = self { return nil }
        guard let integer else { throw .invalid("slice indices must be integers or None or have an __index__ method") }
        return integer
    }
}
