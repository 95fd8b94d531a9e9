/// The values a call passes.
struct CallArguments {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []
}

/// The parameters of a filter, test, method or function that is built in.
struct Signature: Sendable {
    /// Names in order; an empty one can only be passed by its place.
    let names: [String]
    /// How many have no default.
    let required: Int
    /// Whether more arguments, by place and by name, are taken too.
    let takesMore: Bool

    init(_ names: String..., required: Int? = nil, takesMore: Bool = false) {
        self.names = names
        self.required = required ?? names.count
        self.takesMore = takesMore
    }

    /// Sorts the arguments of a call by parameter.
    func bind(_ arguments: CallArguments, to function: String) throws(TemplateError) -> Bound {
        var given: [Value?] = arguments.positional.prefix(names.count).map { $0 }
        given += Array(repeating: nil, count: names.count - given.count)
        var bound = Bound(given: [], extra: Array(arguments.positional.dropFirst(names.count)))
        for (name, value) in arguments.keywords {
            if let place = names.firstIndex(of: name) {
                guard given[place] == nil else {
                    throw .invalid("\(function)() got multiple values for argument '\(name)'")
                }
                given[place] = value
            } else {
                bound.keywords.append((name, value))
            }
        }
        guard given.prefix(required).allSatisfy({ $0 != nil }) else {
            throw .invalid("\(function)() takes at least \(required) arguments")
        }
        guard takesMore || (bound.extra.isEmpty && bound.keywords.isEmpty) else {
            let unknown = bound.keywords.first.map { "got an unexpected keyword argument '\($0.name)'" }
            throw .invalid("\(function)() \(unknown ?? "takes at most \(names.count) arguments")")
        }
        bound.given = given
        return bound
    }
}

/// Arguments by parameter.
struct Bound {
    fileprivate(set) var given: [Value?]
    fileprivate(set) var extra: [Value] = []
    fileprivate(set) var keywords: [(name: String, value: Value)] = []

    /// The argument for a parameter; nil if it is left to its default.
    subscript(index: Int) -> Value? { given[index] }

    /// A required argument.
    func value(_ index: Int) -> Value { given[index] ?? .none }

    /// The argument unless it is missing or `none`.
    func optional(_ index: Int) -> Value? {
        guard let value = given[index] else { return nil }
        if case .none = value { return nil }
        return value
    }

    /// The truth of an argument, false by default.
    func flag(_ index: Int) -> Bool { given[index]?.isTrue ?? false }

    /// An integer argument.
    func integer(_ index: Int, default: Int) throws(TemplateError) -> Int {
        guard let value = given[index] else { return `default` }
        return try value.asInteger()
    }

    /// A text argument.
    func text(_ index: Int) throws(TemplateError) -> Text { try value(index).asText() }

    /// A text argument that may be missing or `none`.
    func optionalText(_ index: Int) throws(TemplateError) -> Text? {
        guard let value = optional(index) else { return nil }
        return try value.asText()
    }
}

extension Value {
    func asInteger() throws(TemplateError) -> Int {
        if case .undefined(let undefined) = self { throw undefined.error }
        guard let integer else {
            throw .invalid("'\(typeName)' object cannot be interpreted as an integer")
        }
        return integer
    }

    func asText() throws(TemplateError) -> Text {
        guard case .string(let text) = self else { throw .invalid("must be str, not \(typeName)") }
        return text
    }
}

/// A filter: what `|` applies.
struct Filter: Sendable {
    typealias Body = @Sendable (Interpreter, Bound) throws(TemplateError) -> Value
    let signature: Signature
    let apply: Body
}

/// A test: what `is` asks.
struct Test: Sendable {
    typealias Body = @Sendable (Interpreter, Bound) throws(TemplateError) -> Bool
    let signature: Signature
    let apply: Body
}

/// A method of a type of values.
struct Method: Sendable {
    typealias Body = @Sendable (Interpreter, Value, Bound) throws(TemplateError) -> Value
    let signature: Signature
    let apply: Body
}

/// A function that is there without being defined.
struct GlobalFunction: Sendable {
    typealias Body = @Sendable (Interpreter, Bound) throws(TemplateError) -> Value
    let name: String
    let signature: Signature
    let apply: Body
}

extension Interpreter {
    func call(_ function: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        try enter()
        defer { leave() }
        switch function {
        case .macro(let macro): return .string(try call(macro, arguments))
        case .function(let function):
            return try function.apply(self, try function.signature.bind(arguments, to: function.name))
        case .method(let method):
            let bound = try method.implementation.signature.bind(arguments, to: method.name)
            return try method.implementation.apply(self, method.receiver, bound)
        case .loop(let loop): return try call(loop, arguments)
        case .joiner(let joiner):
            defer { joiner.isUsed = true }
            return joiner.isUsed ? joiner.separator : .emptyText
        case .undefined(let undefined): throw undefined.error
        default: throw .invalid("'\(function.typeName)' object is not callable")
        }
    }

    private func call(_ loop: LoopState, _ arguments: CallArguments) throws(TemplateError) -> Value {
        guard let recurse = loop.recurse else {
            throw .invalid("The loop must have the 'recursive' marker to be called recursively.")
        }
        let bound = try Signature("iterable").bind(arguments, to: "loop")
        return try recurse(bound.value(0), loop.depth0 + 1)
    }

    /// Runs a macro and returns what it writes.
    func call(_ macro: Macro, _ arguments: CallArguments) throws(TemplateError) -> Text {
        let body = macro.body
        let environment = try makeEnvironment(slotCount: body.slotCount, parent: macro.environment)
        try pass(arguments, to: body, environment)
        enter(body.entry, environment)
        for (parameter, index) in zip(body.parameters, body.parameterIndices) where environment.slots[index] == nil {
            if let value = parameter.default {
                environment.slots[index] = try evaluate(value, environment)
            } else {
                let message = "parameter '\(parameter.name)' was not provided"
                environment.slots[index] = .undefined(Undefined(.hint(message)))
            }
        }
        return try captured { () throws(TemplateError) in try execute(body.body, environment) }.1
    }

    private func pass(
        _ arguments: CallArguments, to body: MacroBody, _ environment: Environment
    ) throws(TemplateError) {
        let count = body.parameters.count
        var keywords = arguments.keywords
        func take(_ name: String) -> Value? {
            keywords.firstIndex { $0.name == name }.map { keywords.remove(at: $0).value }
        }
        for (place, parameter) in body.parameters.enumerated() {
            let value = place < arguments.positional.count ? arguments.positional[place] : take(parameter.name)
            environment.slots[body.parameterIndices[place]] = value
        }
        if let index = body.callerIndex {
            environment.slots[index] = take("caller") ?? .undefined(Undefined(.hint("No caller defined")))
        }
        if let index = body.keywordsIndex {
            let pairs = keywords.map { (Value.text($0.name), $0.value) }
            environment.slots[index] = .dictionary(try Mapping(pairs))
        } else if let unknown = keywords.first {
            throw .invalid("macro '\(body.name ?? "caller")' takes no keyword argument '\(unknown.name)'")
        }
        if let index = body.extraIndex {
            environment.slots[index] = try tuple(Array(arguments.positional.dropFirst(count)))
        } else if arguments.positional.count > count {
            throw .invalid("macro '\(body.name ?? "caller")' takes not more than \(count) argument(s)")
        }
    }
}
